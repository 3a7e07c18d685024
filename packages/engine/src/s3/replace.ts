import { S3Failure } from './failure.ts';
import type { PutOptions, S3, Source, Stored } from './s3.ts';

/** How often another writer may come in between before we give up. */
const TRIES = 4;

type Condition = Pick<PutOptions, 'ifMatch' | 'ifNoneMatch'>;

const over = (etag: string | undefined): Condition => (etag === undefined ? { ifNoneMatch: '*' } : { ifMatch: etag });

const isFailure = (error: unknown, kind: S3Failure['kind']): error is S3Failure =>
  error instanceof S3Failure && error.kind === kind;

interface Parts extends Pick<S3, 'head' | 'put'> {
  readonly multipartThreshold: number;
}

/** Puts that overwrite only what they have seen, on stores that can: see `S3.replace`. */
export class Replacer {
  readonly #s3: Parts;
  /** Buckets whose store refuses conditions or does not understand them as S3 does. */
  readonly #unconditional = new Set<string>();

  constructor(s3: Parts) {
    this.#s3 = s3;
  }

  async replace(
    bucket: string,
    key: string,
    source: Source,
    seen: string | undefined,
    options: PutOptions = {},
  ): Promise<Stored> {
    // A long upload should not learn at its end that the object was another from the beginning.
    const isLong = source.size >= this.#s3.multipartThreshold && !this.#unconditional.has(bucket);
    let condition = isLong ? await this.#present(bucket, key) : over(seen);
    for (let tries = 1; ; tries += 1) {
      if (this.#unconditional.has(bucket)) condition = {};
      try {
        return await this.#s3.put(bucket, key, source, { ...options, ...condition });
      } catch (error) {
        if (tries === TRIES || !(error instanceof S3Failure)) throw error;
        condition = await this.#conditionAfter(error, bucket, key, condition, options);
      }
    }
  }

  /** What to ask for next, after a put that failed; throws the failure when its condition was not the reason. */
  async #conditionAfter(
    failure: S3Failure,
    bucket: string,
    key: string,
    condition: Condition,
    { mayBegin }: PutOptions,
  ): Promise<Condition> {
    const isConditional = condition.ifMatch !== undefined || condition.ifNoneMatch !== undefined;
    if (!isConditional) throw failure;
    if (failure.s3Code === 'NotImplemented') {
      this.#unconditional.add(bucket);
      return {};
    }
    const isOvertaken =
      failure.kind === 'PreconditionFailed' || (failure.kind === 'NoSuchKey' && condition.ifMatch !== undefined);
    if (!isOvertaken) throw failure;
    // Whoever's time is over must not adopt what his successor has written.
    mayBegin?.();
    const present = await this.#present(bucket, key);
    if (present.ifMatch === condition.ifMatch && present.ifNoneMatch === condition.ifNoneMatch) {
      // What was asked for is there, and yet it was refused.
      this.#unconditional.add(bucket);
    }
    return present;
  }

  /** The condition that what is there now fulfils; none where it may not be looked at. */
  async #present(bucket: string, key: string): Promise<Condition> {
    try {
      return over((await this.#s3.head(bucket, key)).etag);
    } catch (error) {
      if (isFailure(error, 'NoSuchKey')) return over(undefined);
      if (isFailure(error, 'AccessDenied')) return {};
      throw error;
    }
  }
}
