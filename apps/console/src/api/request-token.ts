import { useState } from 'react';

/** A ClientRequestToken: 128 random bits as text. `crypto.randomUUID` would need a secure context, which a plain HTTP console is not. */
export const newRequestToken = () =>
  crypto.getRandomValues(new BigUint64Array(2)).reduce((text, part) => text + part.toString(16).padStart(16, '0'), '');

/**
 * The token of one form: a double click, or a retry after a lost answer, makes one resource. Called with true it begins
 * a new request, after one with the same token but other values.
 */
export const useRequestToken = () => {
  const [token, setToken] = useState(newRequestToken);
  return (asNewRequest: boolean) => {
    const used = asNewRequest ? newRequestToken() : token;
    setToken(used);
    return used;
  };
};
