import type { Store } from '../store/store.ts';
import type { Received } from '../wire/body-check.ts';
import type { ChecksumAlgorithm } from '../wire/checksums.ts';
import type { Reply } from '../wire/reply.ts';
import type { S3Request } from '../wire/request.ts';

/** What an operation gets. */
export interface Context {
  readonly request: S3Request;
  readonly store: Store;
  /** Reads and checks the body; see receiveBody. */
  receive(onBytes: (bytes: Buffer) => void, fallback?: ChecksumAlgorithm): Promise<Received>;
  /** Reads and checks a body of XML; see receiveText. */
  receiveText(): Promise<{ readonly text: string; readonly received: Received }>;
}

/** Does the work and says what to answer. Throws S3Error for what the client did wrong or could not have. */
export type Handler = (context: Context) => Promise<Reply> | Reply;
