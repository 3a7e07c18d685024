/** A ClientRequestToken: 128 random bits as text. `crypto.randomUUID` would need a secure context, which a plain HTTP console is not. */
export const newRequestToken = () =>
  crypto.getRandomValues(new BigUint64Array(2)).reduce((text, part) => text + part.toString(16).padStart(16, '0'), '');
