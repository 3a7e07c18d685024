import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';

import { S3Failure } from './failure.ts';
import { mayHaveHappened, Retrier } from './retry.ts';

const refusal = (status: number, s3Code?: string) =>
  new S3Failure('Other', 'refused', { status, ...(s3Code === undefined ? {} : { s3Code }) });

const broken = (code?: string) =>
  new S3Failure(
    'Unreachable',
    'no answer',
    undefined,
    code === undefined ? undefined : Object.assign(new Error(code), { code }),
  );

const open = ({
  retries = 4,
  renew = (since: number): Promise<void> => Promise.resolve(void since),
  closing = new AbortController(),
} = {}) => new Retrier({ retries, renewCredentials: renew, closing: closing.signal });

/** An attempt that fails as often as there are failures, and then answers. */
const failing = (...failures: unknown[]) => {
  const attempt = vi.fn<() => Promise<string>>();
  for (const failure of failures) attempt.mockRejectedValueOnce(failure);
  return attempt.mockResolvedValue('answer');
};

/** The clock that the retrier waits by: a wait is over at once and moves it, or is held until it is aborted. */
const clock = vi.hoisted(() => ({
  now: 1000,
  waits: [] as number[],
  holds: false,
  async wait(milliseconds: number, signal: AbortSignal): Promise<void> {
    clock.waits.push(milliseconds);
    signal.throwIfAborted();
    if (!clock.holds) clock.now += milliseconds;
    else await new Promise((_, reject) => signal.addEventListener('abort', () => reject(new Error('aborted'))));
  },
}));
vi.mock('node:timers/promises', () => ({
  setTimeout: (milliseconds: number, _: undefined, { signal }: { signal: AbortSignal }) =>
    clock.wait(milliseconds, signal),
}));

beforeEach(() => {
  Object.assign(clock, { now: 1000, waits: [], holds: false });
  vi.spyOn(performance, 'now').mockImplementation(() => clock.now);
  // No jitter, and so no wait before another attempt, unless a test says so.
  vi.spyOn(Math, 'random').mockReturnValue(0);
});
afterEach(() => void vi.restoreAllMocks());

describe('what is tried again', () => {
  test.each([
    'BandwidthLimitExceeded',
    'RequestLimitExceeded',
    'ServiceUnavailable',
    'SlowDown',
    'Throttling',
    'ThrottlingException',
    'TooManyRequests',
    'BadDigest',
    'IncompleteBody',
    'XAmzContentSHA256Mismatch',
    'ConditionalRequestConflict',
    'OperationAborted',
    'InternalError',
    'RequestTimeout',
  ])('%s, several times, whatever its status', async (code) => {
    const attempt = failing(refusal(400, code), refusal(400, code));
    expect(await open().run(attempt)).toBe('answer');
    expect(attempt).toHaveBeenCalledTimes(3);
  });

  test.each([408, 429, 500, 502, 503, 504])('status %d without a code that is known', async (status) => {
    expect(await open().run(failing(refusal(status), refusal(status, 'Odd')))).toBe('answer');
  });

  test.each([400, 403, 404, 412, 499, 501])('not status %d', async (status) => {
    const attempt = failing(refusal(status));
    await expect(open().run(attempt)).rejects.toMatchObject({ status });
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  test.each([undefined, 'ECONNRESET', 'ECONNREFUSED', 'ENOTFOUND'])('a connection that ended with %s', async (code) => {
    expect(await open().run(failing(broken(code)))).toBe('answer');
  });

  test.each(['CERT_HAS_EXPIRED', 'ERR_TLS_CERT_ALTNAME_INVALID', 'SELF_SIGNED_CERT_IN_CHAIN'])(
    'not a connection that ended with %s',
    async (code) => {
      await expect(open().run(failing(broken(code)))).rejects.toMatchObject({ kind: 'Unreachable' });
    },
  );

  test('not what is no failure of the store', async () => {
    const bug = new Error('a bug');
    await expect(open().run(failing(bug))).rejects.toBe(bug);
  });

  test('so often, and no oftener', async () => {
    const attempt = failing(...Array.from({ length: 9 }, (_, n) => refusal(520 + n)));
    await expect(open({ retries: 4 }).run(attempt)).rejects.toMatchObject({ status: 524 });
    expect(attempt).toHaveBeenCalledTimes(5);
  });
});

describe('what has one more chance', () => {
  test.each(['ExpiredToken', 'InvalidToken', 'TokenRefreshRequired'])('%s: with new credentials', async (code) => {
    const renew = vi.fn<(since: number) => Promise<void>>().mockResolvedValue();
    const before = performance.now();
    expect(await open({ renew }).run(failing(refusal(400, code)))).toBe('answer');
    expect(renew).toHaveBeenCalledTimes(1);
    expect(renew.mock.calls[0]?.[0]).toBeGreaterThanOrEqual(before);
    await expect(open({ renew }).run(failing(refusal(400, code), refusal(400, code)))).rejects.toMatchObject({
      s3Code: code,
    });
    expect(renew).toHaveBeenCalledTimes(2);
  });

  test('the refusal is told where no other credentials are to be had', async () => {
    const renew = async () => Promise.reject(new Error('no provider'));
    const attempt = failing(refusal(400, 'ExpiredToken'));
    await expect(open({ renew }).run(attempt)).rejects.toMatchObject({ s3Code: 'ExpiredToken' });
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  test('a clock that is wrong: once, beside the other chance', async () => {
    const skewed = refusal(403, 'RequestTimeTooSkewed');
    expect(await open().run(failing(skewed, refusal(400, 'ExpiredToken')))).toBe('answer');
    const attempt = failing(skewed, skewed);
    await expect(open().run(attempt)).rejects.toBe(skewed);
    expect(attempt).toHaveBeenCalledTimes(2);
  });

  test('a call that has moved on has all chances again', async () => {
    const patience = open({ retries: 1 }).patience();
    const skewed = refusal(403, 'RequestTimeTooSkewed');
    for (let round = 0; round < 3; round += 1) {
      await patience.after(refusal(500), 0);
      await patience.after(skewed, 0);
      patience.progressed();
    }
    await patience.after(refusal(500), 0);
    await expect(patience.after(refusal(500), 0)).rejects.toMatchObject({ status: 500 });
  });
});

describe('the wait', () => {
  const failures = (count: number) => Array.from({ length: count }, () => refusal(500));

  test('is anything up to a limit, which doubles with each failure and is five seconds at most', async () => {
    vi.mocked(Math.random).mockReturnValue(1);
    await open({ retries: 9 }).run(failing(...failures(8)));
    expect(clock.waits).toEqual([100, 200, 400, 800, 1600, 3200, 5000, 5000]);
    clock.waits = [];
    vi.mocked(Math.random).mockReturnValue(0.25);
    await open().run(failing(...failures(2)));
    expect(clock.waits).toEqual([25, 50]);
  });

  test('ends with an abort, and nothing is tried any more', async () => {
    clock.holds = true;
    const stop = new AbortController();
    const attempt = failing(refusal(500));
    const going = open().run(attempt, stop.signal);
    await vi.waitFor(() => expect(clock.waits).toHaveLength(1));
    stop.abort(new Error('canceled'));
    await expect(going).rejects.toThrow('canceled');
    await expect(open().run(attempt, stop.signal)).rejects.toThrow('canceled');
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  test('ends with the client, and the failure is told', async () => {
    clock.holds = true;
    const closing = new AbortController();
    const retrier = open({ closing });
    const attempt = failing(refusal(500));
    const going = retrier.run(attempt, new AbortController().signal);
    await vi.waitFor(() => expect(clock.waits).toHaveLength(1));
    closing.abort();
    await expect(going).rejects.toMatchObject({ status: 500 });
    const late = { kind: 'Unreachable', message: 'the S3 client is closed' };
    await expect(retrier.run(attempt)).rejects.toMatchObject(late);
    expect(attempt).toHaveBeenCalledTimes(1);
  });

  test('is none for a client that was closed before the answer came', async () => {
    const closing = new AbortController();
    closing.abort();
    const renew = vi.fn<(since: number) => Promise<void>>();
    const patience = open({ closing, renew }).patience();
    await expect(patience.after(refusal(500), 0)).rejects.toMatchObject({ status: 500 });
    await expect(patience.after(refusal(400, 'ExpiredToken'), 0)).rejects.toMatchObject({ s3Code: 'ExpiredToken' });
    expect(renew).not.toHaveBeenCalled();
    expect(clock.waits).toEqual([]);
  });

  test('what else went wrong after an abort was the abort', async () => {
    const stop = new AbortController();
    const attempt = async () => {
      stop.abort(new Error('canceled'));
      throw new Error('the socket was cut');
    };
    await expect(open().run(attempt, stop.signal)).rejects.toThrow('canceled');
  });
});

describe('the pause for everybody', () => {
  const slowDown = refusal(503, 'SlowDown');
  /** How long the next call waits before its attempt. */
  const pauseOf = async (retrier: Retrier) => {
    const asked = clock.now;
    return retrier.run(async () => clock.now - asked);
  };
  const complain = async (retrier: Retrier, times: number) => {
    for (let time = 0; time < times; time += 1) await retrier.patience().after(slowDown, clock.now);
  };

  test.each([
    [0, 0],
    [1, 25],
    [2, 50],
    [4, 200],
    [6, 800],
    [7, 1000],
    [12, 1000],
  ])('after %d complaints is %d ms, once', async (complaints, milliseconds) => {
    const retrier = open();
    await complain(retrier, complaints);
    expect(await pauseOf(retrier)).toBe(milliseconds);
    expect(await pauseOf(retrier)).toBe(0);
  });

  test('is what is left of it, and up to as much again, so that not all come back at once', async () => {
    const retrier = open();
    await complain(retrier, 4);
    clock.now += 50;
    vi.mocked(Math.random).mockReturnValue(0.5);
    expect(await pauseOf(retrier)).toBe(150 + 100);
  });

  test('is not made by what went wrong otherwise, and complaints of one moment are one', async () => {
    const retrier = open();
    await retrier.patience().after(refusal(500), clock.now);
    expect(await pauseOf(retrier)).toBe(0);
    const sent = clock.now;
    clock.now += 1;
    for (let time = 0; time < 32; time += 1) await retrier.patience().after(slowDown, sent);
    expect(await pauseOf(retrier)).toBe(25);
  });

  test('halves with each success of what was sent since it began', async () => {
    const retrier = open();
    let answer: () => void = () => undefined;
    const early = retrier.run(() => new Promise<void>((resolve) => (answer = resolve)));
    clock.now += 1;
    await complain(retrier, 5);
    expect(await pauseOf(retrier)).toBe(400);
    expect(await pauseOf(retrier)).toBe(0);
    // Sent before all that.
    answer();
    await early;
    await complain(retrier, 1);
    expect(await pauseOf(retrier)).toBe(200);
  });

  test('is ended by the end of the client', async () => {
    const closing = new AbortController();
    const retrier = open({ closing });
    await complain(retrier, 12);
    clock.holds = true;
    const waits = clock.waits.length;
    const attempt = failing(refusal(400));
    const closed = retrier.run(attempt);
    await vi.waitFor(() => expect(clock.waits).toHaveLength(waits + 1));
    closing.abort();
    await expect(closed).rejects.toBeInstanceOf(S3Failure);
    expect(attempt).not.toHaveBeenCalled();
  });

  test('is not waited out by a call that is aborted, and goes on for all others', async () => {
    const retrier = open();
    await complain(retrier, 4);
    clock.holds = true;
    const waits = clock.waits.length;
    const controller = new AbortController();
    const attempt = failing();
    const aborted = retrier.run(attempt, controller.signal);
    await vi.waitFor(() => expect(clock.waits).toHaveLength(waits + 1));
    controller.abort(new Error('canceled'));
    await expect(aborted).rejects.toThrow('canceled');
    expect(attempt).not.toHaveBeenCalled();
    clock.holds = false;
    expect(await pauseOf(retrier)).toBe(200);
  });
});

test.each([
  [broken(), true],
  [refusal(500), true],
  [refusal(503), true],
  [refusal(499), false],
  [refusal(412), false],
  [new S3Failure('Other', 'not sent'), false],
])('%o may have happened: %s', (failure, may) => {
  expect(mayHaveHappened(failure)).toBe(may);
});
