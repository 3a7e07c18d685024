import { setTimeout as pause } from 'node:timers/promises';

/** Looks again and again for as long as anybody listens, and tells all who listen what it saw. Nobody listens: no look. */
export class Lookout<News> {
  readonly #look: () => Promise<News>;
  readonly #pace: () => number;
  readonly #listeners = new Set<(news: News) => void>();
  #isWatching = false;
  #isHurried = false;
  #resting: AbortController | undefined;

  /**
   * @param look must not throw: nobody would be told.
   * @param pace milliseconds between the end of a look and the next one, asked after each look.
   */
  constructor(look: () => Promise<News>, pace: () => number) {
    this.#look = look;
    this.#pace = pace;
  }

  get hasListeners() {
    return this.#listeners.size > 0;
  }

  /** @returns how to stop listening. */
  listen(listener: (news: News) => void): () => void {
    this.#listeners.add(listener);
    if (!this.#isWatching) void this.#watch();
    return () => {
      this.#listeners.delete(listener);
      if (!this.hasListeners) this.hurry();
    };
  }

  /** Looks at once, since something is known to have changed. */
  hurry() {
    this.#isHurried = true;
    this.#resting?.abort();
  }

  async #watch() {
    this.#isWatching = true;
    while (this.hasListeners) {
      this.#isHurried = false;
      const news = await this.#look();
      for (const listener of this.#listeners) listener(news);
      if (!this.#isHurried) await this.#rest();
    }
    this.#isWatching = false;
  }

  async #rest() {
    this.#resting = new AbortController();
    const { signal } = this.#resting;
    // It rejects only when it is cut short, which is what `hurry` wants.
    await pause(this.#pace(), undefined, { ref: false, signal }).catch(() => undefined);
  }
}
