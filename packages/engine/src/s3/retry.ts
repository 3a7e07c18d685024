import { setTimeout as sleep } from 'node:timers/promises';

import { S3Failure } from './failure.ts';

const baseMs = 100;
const capMs = 5_000;

/** The pause for everybody doubles with each complaint and halves with each success, within these bounds. */
const shortestPauseMs = 25;
const longestPauseMs = 1_000;

type Verdict = 'give up' | 'again' | 'again, all slower' | 'once, with new credentials' | 'once, with the right time';

const verdictOfCode: ReadonlyMap<string, Verdict> = new Map<string, Verdict>([
  ['BandwidthLimitExceeded', 'again, all slower'],
  ['RequestLimitExceeded', 'again, all slower'],
  ['ServiceUnavailable', 'again, all slower'],
  ['SlowDown', 'again, all slower'],
  ['Throttling', 'again, all slower'],
  ['ThrottlingException', 'again, all slower'],
  ['TooManyRequests', 'again, all slower'],
  // The store says that what arrived is not what was sent.
  ['BadDigest', 'again'],
  ['IncompleteBody', 'again'],
  ['XAmzContentSHA256Mismatch', 'again'],
  // Two writes to one key crossed.
  ['ConditionalRequestConflict', 'again'],
  ['OperationAborted', 'again'],
  ['InternalError', 'again'],
  ['RequestTimeout', 'again'],
  ['ExpiredToken', 'once, with new credentials'],
  ['InvalidToken', 'once, with new credentials'],
  ['TokenRefreshRequired', 'once, with new credentials'],
  ['RequestTimeTooSkewed', 'once, with the right time'],
]);

const verdictOnStatus = (status: number): Verdict => {
  if (status === 429 || status === 503) return 'again, all slower';
  return status === 408 || (status >= 500 && status !== 501) ? 'again' : 'give up';
};

/** What the next connection will not change: a certificate that does not verify. */
const permanent = /^(CERT_|ERR_TLS_|ERR_SSL_|SELF_SIGNED|DEPTH_ZERO|UNABLE_TO_)/;

const codeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';

const verdictOn = ({ kind, status = 0, s3Code = '', cause }: S3Failure): Verdict => {
  if (kind === 'Unreachable') return permanent.test(codeOf(cause)) ? 'give up' : 'again';
  return verdictOfCode.get(s3Code) ?? verdictOnStatus(status);
};

/** True where the store may have carried out the request although no answer said so. */
export const mayHaveHappened = ({ kind, status = 0 }: S3Failure): boolean => kind === 'Unreachable' || status >= 500;

/** One call's failures so far: says after each whether to try again, and waits until then. */
interface Patience {
  /**
   * Waits until the next attempt may start; throws `failure` when there is to be none, or the reason of an abort.
   * `began` is when the failed attempt began, in milliseconds of `performance.now()`.
   */
  after(failure: S3Failure, began: number): Promise<void>;
  /** Forgets earlier failures: the call has moved on since. */
  progressed(): void;
}

interface RetrierOptions {
  /** Attempts after the first. */
  readonly retries: number;
  /** Asks for other credentials than those used at `since` (milliseconds of `performance.now()`). */
  readonly renewCredentials: (since: number) => Promise<void>;
  /** Ends every wait; no attempt starts after it. */
  readonly closing: AbortSignal;
}

/**
 * The one retry rule of the client: exponential backoff with full jitter, and one pause for everybody when the store
 * asks to be called less often.
 *
 * Only requests sent after the last pause began change it, to longer or to shorter: 32 requests told off at the same
 * moment are one complaint, not 32.
 */
export class Retrier {
  readonly #options: RetrierOptions;
  #pausedUntil = 0;
  #pauseBegan = -1;
  #pauseMs = 0;

  constructor(options: RetrierOptions) {
    this.#options = options;
  }

  /**
   * Runs `attempt` until it succeeds or a retry is pointless. An S3Failure of the last attempt, or whatever else
   * `attempt` throws, passes through; an abort of `signal`, seen between attempts, throws its reason.
   */
  async run<T>(attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
    const patience = this.patience(signal);
    for (;;) {
      if (this.#pausedUntil !== 0) await this.#pause(signal);
      signal?.throwIfAborted();
      if (this.#options.closing.aborted) throw new S3Failure('Unreachable', 'the S3 client is closed');
      const began = performance.now();
      try {
        const result = await attempt();
        if (began >= this.#pauseBegan) this.#pauseMs /= 2;
        return result;
      } catch (error) {
        if (error instanceof S3Failure) {
          await patience.after(error, began);
        } else {
          signal?.throwIfAborted();
          throw error;
        }
      }
    }
  }

  patience(signal?: AbortSignal): Patience {
    const { retries, renewCredentials, closing } = this.#options;
    let failures = 0;
    let chancesTaken = new Set<Verdict>();
    const takeChance = (verdict: Verdict, failure: S3Failure): void => {
      if (chancesTaken.has(verdict)) throw failure;
      chancesTaken.add(verdict);
    };
    const after = async (failure: S3Failure, began: number): Promise<void> => {
      if (closing.aborted) throw failure;
      const verdict = verdictOn(failure);
      switch (verdict) {
        case 'give up':
          throw failure;
        case 'once, with new credentials':
          takeChance(verdict, failure);
          // Where no others are to be had, the store's refusal says more.
          await renewCredentials(began).catch(() => {
            throw failure;
          });
          break;
        case 'once, with the right time':
          takeChance(verdict, failure);
          break;
        case 'again, all slower':
        case 'again':
          if (failures >= retries) throw failure;
          if (verdict === 'again, all slower') this.#slowDown(began);
          await this.#wait(Math.random() * Math.min(capMs, baseMs * 2 ** failures), signal);
          failures += 1;
          break;
      }
      if (closing.aborted) throw failure;
      signal?.throwIfAborted();
    };
    const progressed = (): void => {
      failures = 0;
      chancesTaken = new Set();
    };
    return { after, progressed };
  }

  #slowDown(attemptBegan: number): void {
    if (attemptBegan < this.#pauseBegan) return;
    this.#pauseMs = Math.min(longestPauseMs, Math.max(shortestPauseMs, this.#pauseMs * 2));
    this.#pauseBegan = performance.now();
    this.#pausedUntil = this.#pauseBegan + this.#pauseMs;
  }

  /** Waits until the pause is over; not any longer when the call or the client ends, for whom it is not over. */
  async #pause(signal?: AbortSignal): Promise<void> {
    for (;;) {
      const left = this.#pausedUntil - performance.now();
      if (left <= 0) break;
      // Spread the return, or the pause ends in a burst.
      await this.#wait(left + Math.random() * this.#pauseMs, signal);
      if (this.#options.closing.aborted || signal?.aborted === true) return;
    }
    this.#pausedUntil = 0;
  }

  async #wait(ms: number, signal?: AbortSignal): Promise<void> {
    const { closing } = this.#options;
    const ending = signal === undefined ? closing : AbortSignal.any([closing, signal]);
    await sleep(ms, undefined, { signal: ending }).catch(() => {});
  }
}
