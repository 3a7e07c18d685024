import type { Operation } from '../wire/request.ts';
import { globToRegExp } from './glob.ts';

/** What goes wrong. */
export type FaultAction =
  /**
   * An error answer without the work. Any status and any of S3's codes: 503 with `SlowDown`, 403 with `AccessDenied`;
   * status 200 is how CompleteMultipartUpload and CopyObject fail after they have begun to answer.
   */
  | { readonly type: 'error'; readonly status: number; readonly code: string; readonly message?: string }
  /** A 307 to another place. */
  | { readonly type: 'redirect'; readonly location: string }
  /**
   * The connection is reset: at the `start`, before anything is read; in the `body`, that of the request or else of the
   * answer, after so many bytes (default 0); or instead of the `answer`, when the work is done: the lost answer.
   */
  | { readonly type: 'reset'; readonly at: 'start' | 'body' | 'answer'; readonly afterBytes?: number }
  /** No answer, the connection stays open: before the work or after it. */
  | { readonly type: 'hang'; readonly at: 'start' | 'answer' }
  /** Bodies pass at this speed, in both directions. */
  | { readonly type: 'slow'; readonly bytesPerSecond: number }
  /** GetObject: the connection is closed in an orderly way after so many bytes of the body. */
  | { readonly type: 'truncate'; readonly afterBytes: number }
  /** GetObject: the first byte of the body has a bit flipped. Headers stay as they are. */
  | { readonly type: 'corrupt' }
  /** The request stands at a gate until it is released: before the work or after it. */
  | { readonly type: 'gate'; readonly at: 'start' | 'answer' };

/** Which requests a fault is for. All members given must fit; none given fits every request. */
export interface FaultMatch {
  readonly operation?: Operation | readonly Operation[];
  readonly method?: string | readonly string[];
  /** A glob: `*` any characters, `?` one. */
  readonly bucket?: string;
  /** A glob; `*` takes slashes too. */
  readonly key?: string;
  /** A regular expression that is to be found in the key. */
  readonly keyPattern?: string;
}

export interface FaultRule {
  readonly match?: FaultMatch;
  readonly action: FaultAction;
  /** Lets so many fitting requests pass first. Default 0. */
  readonly skip?: number;
  /** Stops after so many. Default: never. */
  readonly count?: number;
  /** Counts `skip` and `count` for each operation on each key by itself. */
  readonly perKey?: boolean;
  /** Hits a fitting request with this probability, 0 to 1. Default 1. */
  readonly probability?: number;
}

/** A rule in force. */
export interface Fault {
  readonly id: string;
  readonly rule: FaultRule;
  /** Requests that it was applied to. */
  readonly hits: number;
  /** Requests that stand at its gate now. */
  readonly held: number;
  /** Lets so many requests through the gate, now or when they come; by default all, from now on. */
  release(count?: number): void;
  /** Takes the rule away. What stands at its gate goes on, what hangs is cut. */
  remove(): void;
}

/** The part of a request that rules look at. */
export interface FaultTarget {
  readonly operation: Operation;
  readonly method: string;
  readonly bucket: string;
  readonly key: string;
}

/** The rules in force. The first that fits a request is applied, in the order of adding, the sentinels' last. */
export class Faults {
  readonly #sentinels: readonly ActiveFault[];
  #faults: ActiveFault[] = [];
  #added = 0;

  constructor(sentinels: readonly FaultRule[] = []) {
    this.#sentinels = sentinels.map((rule, at) => new ActiveFault(`sentinel-${at + 1}`, rule, () => {}));
  }

  add(rule: FaultRule): Fault {
    this.#added += 1;
    const fault = new ActiveFault(`fault-${this.#added}`, rule, () => {
      this.#faults = this.#faults.filter((other) => other !== fault);
    });
    this.#faults.push(fault);
    return fault;
  }

  /** Without the sentinels. */
  list(): readonly Fault[] {
    return this.#faults;
  }

  get(id: string): Fault | undefined {
    return this.#faults.find((fault) => fault.id === id);
  }

  /** Removes every rule but the sentinels; what hangs or is held by those is let go too. */
  clear(): void {
    for (const fault of this.#faults) fault.remove();
    for (const sentinel of this.#sentinels) sentinel.letGo();
  }

  /** The fault for this request, if any, and counts it. */
  take(target: FaultTarget): ActiveFault | undefined {
    return this.#faults.find((fault) => fault.take(target)) ?? this.#sentinels.find((fault) => fault.take(target));
  }
}

/** How waiting at a gate, or hanging, ended. */
export type Verdict = 'go on' | 'cut';

/** A rule with its counters and those who wait for it. */
export class ActiveFault implements Fault {
  readonly id: string;
  readonly rule: FaultRule;
  readonly #fits: (target: FaultTarget) => boolean;
  readonly #detach: () => void;
  readonly #seen = new Map<string, number>();
  readonly #gate = new Set<(verdict: Verdict) => void>();
  readonly #hanging = new Set<(verdict: Verdict) => void>();
  #passes = 0;
  #hits = 0;

  constructor(id: string, rule: FaultRule, detach: () => void) {
    this.id = id;
    this.rule = rule;
    this.#fits = toTargetPredicate(rule.match ?? {});
    this.#detach = detach;
  }

  get hits(): number {
    return this.#hits;
  }

  get held(): number {
    return this.#gate.size;
  }

  take(target: FaultTarget): boolean {
    if (!this.#fits(target)) return false;
    const { skip = 0, count = Number.POSITIVE_INFINITY, perKey = false, probability = 1 } = this.rule;
    if (Math.random() >= probability) return false;
    const counter = perKey ? `${target.operation} ${target.bucket}/${target.key}` : '';
    const seen = this.#seen.get(counter) ?? 0;
    this.#seen.set(counter, seen + 1);
    if (seen < skip || seen >= skip + count) return false;
    this.#hits += 1;
    return true;
  }

  /** Waits until released; `cut` when the client goes first. */
  atGate(client: AbortSignal): Promise<Verdict> {
    if (this.#passes > 0) {
      this.#passes -= 1;
      return Promise.resolve('go on');
    }
    return waitIn(this.#gate, client);
  }

  /** Waits until the rule is removed or the client goes. */
  async hang(client: AbortSignal): Promise<Verdict> {
    await waitIn(this.#hanging, client);
    return 'cut';
  }

  release(count = Number.POSITIVE_INFINITY): void {
    this.#passes += count;
    for (const resolve of this.#gate) {
      if (this.#passes < 1) return;
      this.#passes -= 1;
      resolve('go on');
    }
  }

  remove(): void {
    this.#detach();
    this.letGo();
  }

  letGo(): void {
    for (const resolve of [...this.#gate, ...this.#hanging]) resolve('go on');
  }
}

function waitIn(waiting: Set<(verdict: Verdict) => void>, client: AbortSignal): Promise<Verdict> {
  const { promise, resolve } = Promise.withResolvers<Verdict>();
  const settle = (verdict: Verdict) => {
    waiting.delete(settle);
    resolve(verdict);
  };
  waiting.add(settle);
  if (client.aborted) settle('cut');
  else client.addEventListener('abort', () => settle('cut'), { once: true });
  return promise;
}

function toTargetPredicate(match: FaultMatch): (target: FaultTarget) => boolean {
  const words = (['operation', 'method'] as const).flatMap((name) => {
    // Widened, because `includes` of the operations takes operations only.
    const allowed: readonly string[] | undefined = match[name] === undefined ? undefined : [match[name]].flat();
    return allowed === undefined ? [] : [(target: FaultTarget) => allowed.includes(target[name])];
  });
  const patterns = (['bucket', 'key'] as const).flatMap((name) => {
    const glob = match[name] === undefined ? undefined : globToRegExp(match[name]);
    return glob === undefined ? [] : [(target: FaultTarget) => glob.test(target[name])];
  });
  const regExp = match.keyPattern === undefined ? undefined : new RegExp(match.keyPattern, 'u');
  const conditions = [...words, ...patterns];
  return (target) => conditions.every((fits) => fits(target)) && (regExp?.test(target.key) ?? true);
}
