import { describe, expect, it } from 'vitest';

import { openSandbox } from './testing.ts';

async function open() {
  const sandbox = await openSandbox();
  const control = (method: string, path: string, body?: unknown) =>
    fetch(`${sandbox.url}/_sandbox${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
    });
  // Answers are JSON of many shapes; the tests say which.
  const json = async (answer: Promise<Response>) => (await (await answer).json()) as Record<string, unknown>;
  const put = (key: string) => fetch(`${sandbox.url}/data/${key}`, { method: 'PUT', body: 'bytes' });
  return { sandbox, control, json, put };
}

const gate = { match: { method: 'PUT' }, action: { type: 'gate', at: 'start' } };

describe('the control path', () => {
  it('adds, shows and removes rules', async () => {
    const { sandbox, control, put } = await open();
    const rule = {
      match: { operation: 'PutObject' },
      action: { type: 'error', status: 503, code: 'SlowDown' },
      count: 5,
    };
    const added = await control('POST', '/faults', rule);
    expect(added.status).toBe(201);
    const id = sandbox.faults()[0]?.id;
    expect(await added.json()).toEqual({ id, hits: 0, held: 0, rule });
    expect((await put('key')).status).toBe(503);
    expect(await (await control('GET', '/faults')).json()).toEqual([{ id, hits: 1, held: 0, rule }]);
    expect(await (await control('GET', `/faults/${id}`)).json()).toMatchObject({ id, hits: 1 });
    expect((await control('DELETE', `/faults/${id}`)).status).toBe(204);
    expect((await control('GET', `/faults/${id}`)).status).toBe(404);
    expect((await put('key')).status).toBe(200);
    await control('POST', '/faults', rule);
    expect((await control('DELETE', '/faults')).status).toBe(204);
    expect(sandbox.faults()).toEqual([]);
  });

  it('releases a gate, and waits for requests to stand there', async () => {
    const { control, json, put } = await open();
    const { id } = await json(control('POST', '/faults', gate));
    const puts = [put('a'), put('b'), put('c')];
    const held = await control('GET', '/requests?operation=PutObject&state=held&wait=3&timeout=20000');
    expect(await held.json()).toMatchObject({ count: 3 });
    expect(await (await control('POST', `/faults/${String(id)}/release?count=1`)).json()).toMatchObject({ held: 2 });
    await control('POST', `/faults/${String(id)}/release`);
    expect((await Promise.all(puts)).map(({ status }) => status)).toEqual([200, 200, 200]);
  });

  it('shows and counts the requests that fit, and forgets them', async () => {
    const { control, json, put, sandbox } = await open();
    for (const key of ['a/1', 'a/2', 'b']) await put(key);
    await fetch(`${sandbox.url}/data/none`);
    const count = async (query: string) => (await json(control('GET', `/requests?${query}`)))['count'];
    expect(await count('')).toBe(4);
    expect(await count('operation=PutObject')).toBe(3);
    expect(await count('key=a/*')).toBe(2);
    expect(await count('status=404')).toBe(1);
    expect(await count('method=GET&bucket=data')).toBe(1);
    expect(await count('after=3')).toBe(1);
    expect(await count('operation=NoSuchThing')).toBe(0);
    const { requests } = await json(control('GET', '/requests?key=b'));
    expect(requests).toMatchObject([
      {
        sequence: 3,
        operation: 'PutObject',
        method: 'PUT',
        bucket: 'data',
        key: 'b',
        status: 200,
        outcome: 'answered',
      },
    ]);
    expect((await control('DELETE', '/requests')).status).toBe(204);
    expect(await count('')).toBe(0);
  });

  it('gives up waiting after the timeout', async () => {
    const { control } = await open();
    expect((await control('GET', '/requests?wait=1&timeout=20')).status).toBe(408);
    expect((await control('GET', '/requests?wait=soon')).status).toBe(400);
  });

  it.each([
    ['no JSON', 'x', 'not JSON'],
    ['no object', [], 'not an object'],
    ['no action', {}, 'The action is not an object'],
    ['an unknown action', { action: { type: 'explode' } }, 'error, redirect, reset, hang'],
    ['an action without its members', { action: { type: 'error', status: 503 } }, 'needs "code"'],
    ['an action with a wrong member', { action: { type: 'error', status: 99, code: 'X' } }, 'wrong "status"'],
    ['an unknown member', { action: { type: 'corrupt' }, times: 3 }, 'wrong "times"'],
    ['a wrong match', { match: { keyPattern: '(' }, action: { type: 'corrupt' } }, 'wrong "keyPattern"'],
    ['a wrong counter', { action: { type: 'corrupt' }, count: -1 }, 'wrong "count"'],
  ])('refuses a rule with %s, and says what a rule has', async (_, rule, message) => {
    const { sandbox } = await open();
    const body = rule === 'x' ? 'x' : JSON.stringify(rule);
    const headers = { 'content-type': 'application/json' };
    const response = await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body, headers });
    expect(response.status).toBe(400);
    expect(await response.json()).toEqual({ message: expect.stringContaining(message) });
    expect(sandbox.faults()).toEqual([]);
  });

  it('takes rules as JSON only, since a page in a browser can send text without asking', async () => {
    const { sandbox } = await open();
    const response = await fetch(`${sandbox.url}/_sandbox/faults`, { method: 'POST', body: JSON.stringify(gate) });
    expect(response.status).toBe(415);
  });

  it('is no bucket, and no bucket is it', async () => {
    const { sandbox, control } = await open();
    expect((await fetch(`${sandbox.url}/_sandboxes`, { method: 'PUT' })).status).toBe(400);
    expect((await control('GET', '')).status).toBe(200);
    expect((await control('GET', '/nothing')).status).toBe(404);
    expect((await control('PATCH', '/faults')).status).toBe(405);
    await fetch(`${sandbox.url}/data/_sandbox/faults`, { method: 'PUT', body: 'bytes' });
    expect(await (await fetch(`${sandbox.url}/data/_sandbox/faults`)).text()).toBe('bytes');
    // Its own requests are not in the log.
    expect(sandbox.requests().map(({ operation }) => operation)).toEqual(['CreateBucket', 'PutObject', 'GetObject']);
  });
});
