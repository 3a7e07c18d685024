/**
 * Holds the S3 requests of one file system at a gate of the sandbox, so that a task stays EXECUTING for as long as a
 * test wants, without a sleep anywhere.
 */
export interface Gate {
  /** Resolves when at least one request stands at the gate: the task is executing and goes no further. */
  readonly reached: () => Promise<void>;
  /** Lets everything through, from now on. */
  readonly open: () => Promise<void>;
}

interface Rule {
  readonly match: { readonly operation: string; readonly bucket: string; readonly key: string };
  readonly action: object;
}

const ask = async (url: URL, init?: RequestInit): Promise<unknown> => {
  const response = await fetch(url, init);
  if (!response.ok)
    throw new Error(`${init?.method ?? 'GET'} ${url.href}: ${response.status} ${await response.text()}`);
  return response.status === 204 ? undefined : response.json();
};

const idIn = (answer: unknown) => {
  if (typeof answer === 'object' && answer !== null && 'id' in answer && typeof answer.id === 'string')
    return answer.id;
  throw new Error('the sandbox answered a rule without its id');
};

/** Adds a rule to the sandbox and says how to take it away again. */
export const addRule = async (s3Endpoint: string, rule: Rule) => {
  const rules = new URL('/_sandbox/faults', s3Endpoint);
  const answer = await ask(rules, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify(rule),
  });
  const url = new URL(`/_sandbox/faults/${idIn(answer)}`, s3Endpoint);
  return { url, remove: () => ask(url, { method: 'DELETE' }) };
};

/** Closes a gate before every request of the operation on keys that fit the glob. */
export const closeGate = async (s3Endpoint: string, bucket: string, operation: string, key: string) => {
  const { url, remove } = await addRule(s3Endpoint, {
    match: { operation, bucket, key },
    action: { type: 'gate', at: 'start' },
  });
  const requests = new URL('/_sandbox/requests', s3Endpoint);
  requests.search = new URLSearchParams({ operation, bucket, key, state: 'held', wait: '1' }).toString();
  const gate: Gate = {
    reached: async () => void (await ask(requests)),
    open: async () => void (await ask(new URL(`${url.pathname}/release`, url), { method: 'POST' })),
  };
  return { ...gate, remove };
};
