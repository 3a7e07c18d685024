import type { Keys } from './sign.ts';

interface Identity extends Keys {
  readonly expiration?: Date | undefined;
}

/** What the AWS SDK's provider chain offers: a memo of its own that `forceRefresh` passes by. */
export type IdentityProvider = (options?: { forceRefresh?: boolean }) => Promise<Identity>;

const renewBeforeMs = 5 * 60_000;
const askAgainMs = 1_000;

/**
 * The keys to sign with, renewed before they expire and on demand.
 *
 * In front of the SDK's memo because that one asks its source on every call once fewer than five minutes are left, and
 * fails although the keys in hand are still good.
 */
export class Credentials {
  readonly #provider: IdentityProvider;
  #identity: Identity | undefined;
  #renewAt = 0;
  #renewedAt = -1;
  #pending: Promise<Identity> | undefined;

  constructor(provider: IdentityProvider) {
    this.#provider = provider;
  }

  /** Keys that have not expired. Throws what the provider chain throws when it has none. */
  async current(): Promise<Keys> {
    const identity = this.#identity;
    if (identity !== undefined && Date.now() < this.#renewAt) return identity;
    try {
      return await this.#ask(false);
    } catch (error) {
      if (identity?.expiration === undefined || identity.expiration.getTime() <= Date.now()) throw error;
      return identity;
    }
  }

  /** Asks for new keys, unless that has been done since `since` (milliseconds of `performance.now()`). */
  async renew(since: number): Promise<void> {
    // What is under way may be answered from the SDK's memory.
    await this.#pending?.catch(() => {});
    if (this.#renewedAt < since) await this.#ask(true);
  }

  #ask(forceRefresh: boolean): Promise<Identity> {
    this.#pending ??= this.#provider({ forceRefresh })
      .then((identity) => {
        const now = Date.now();
        this.#identity = identity;
        if (forceRefresh) this.#renewedAt = performance.now();
        this.#renewAt = Math.max((identity.expiration?.getTime() ?? Infinity) - renewBeforeMs, now + askAgainMs);
        return identity;
      })
      .finally(() => {
        this.#pending = undefined;
      });
    return this.#pending;
  }
}
