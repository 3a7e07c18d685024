import { setTimeout as pause } from 'node:timers/promises';

import { FsxError } from '@drt/contract/errors';

/** Who waits for an answer: people at a page, or only the reading of long lists. */
export type Lane = 'people' | 'background';

export interface RateLimit {
  /**
   * Resolves when a request may be sent.
   * @throws FsxError `ThrottlingException` when too many wait already.
   */
  turn(lane: Lane): Promise<void>;
  /** What came of a request that was sent. */
  answered(isThrottled: boolean): void;
}

interface Rate {
  /** Requests per second in the long run. */
  readonly perSecond: number;
  /** Requests that may be sent at once after a rest. */
  readonly burst: number;
}

/**
 * AWS does not publish what FSx grants an account. This is a pace that leaves room for whoever else works with it; when
 * AWS asks for less, it gets less.
 */
const AWS_RATE: Rate = { perSecond: 5, burst: 10 };

/** Of the burst, for people only. */
const RESERVED = 4;
/** Longer queues would only end in the browser's time-out. */
const MOST_WAITING = 100;
const SLOWEST = 0.5;
/** Share of the full pace that comes back with each answer after AWS had asked for less. */
const RECOVERY = 0.02;

/** A token bucket with one queue for each lane. Background requests leave what is reserved for people. */
class TokenBucket implements RateLimit {
  readonly #rate: Rate;
  readonly #queues: Record<Lane, Promise<void>> = { people: Promise.resolve(), background: Promise.resolve() };
  #waiting = 0;
  #perSecond: number;
  #tokens: number;
  #filledAt = performance.now();

  constructor(rate: Rate) {
    this.#rate = rate;
    this.#perSecond = rate.perSecond;
    this.#tokens = rate.burst;
  }

  async turn(lane: Lane) {
    if (this.#waiting >= MOST_WAITING) {
      throw new FsxError('ThrottlingException', 'More requests wait for FSx than it will answer soon.');
    }
    this.#waiting += 1;
    // One after the other: the first in the queue is the only one that looks at the bucket.
    const mine = this.#queues[lane].then(() => this.#take(lane === 'background' ? RESERVED : 0));
    this.#queues[lane] = mine;
    await mine;
    this.#waiting -= 1;
  }

  answered(isThrottled: boolean) {
    this.#fill();
    const { perSecond } = this.#rate;
    if (isThrottled) {
      this.#perSecond = Math.max(SLOWEST, this.#perSecond / 2);
      this.#tokens = Math.min(this.#tokens, 0);
    } else this.#perSecond = Math.min(perSecond, this.#perSecond + perSecond * RECOVERY);
  }

  async #take(left: number) {
    for (;;) {
      this.#fill();
      const missing = left + 1 - this.#tokens;
      if (missing <= 0) break;
      await pause(Math.ceil((missing / this.#perSecond) * 1000), undefined, { ref: false });
    }
    this.#tokens -= 1;
  }

  #fill() {
    const now = performance.now();
    const since = (now - this.#filledAt) / 1000;
    this.#tokens = Math.min(this.#rate.burst, this.#tokens + since * this.#perSecond);
    this.#filledAt = now;
  }
}

/** The pace at which one region of one account of AWS is asked. */
export const awsRateLimit = (rate: Rate = AWS_RATE): RateLimit => new TokenBucket(rate);
