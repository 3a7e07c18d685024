import { createHash, type Hash } from 'node:crypto';

import { S3Error } from './errors.ts';
import type { ChunkSigner } from './signature.ts';

/** Longest line of framing: a chunk's size with its signature, or a trailing header. */
const MAX_LINE = 8192;
const LF = 0x0a;

type State = 'size' | 'data' | 'data end' | 'trailer' | 'done';

/**
 * Takes the framing off an `aws-chunked` body, in pieces as they come:
 *
 *     <size in hex>[;chunk-signature=<signature>] CRLF <bytes> CRLF ... 0[;chunk-signature=<signature>] CRLF
 *     [<trailing header>:<value> CRLF ...] CRLF
 *
 * With a signer, every chunk and the trailer must bear their signatures.
 */
export class AwsChunkedDecoder {
  /** Trailing headers, names in lower case. */
  readonly trailers = new Map<string, string>();
  readonly #onBytes: (bytes: Buffer) => void;
  readonly #signer: ChunkSigner | undefined;
  #state: State = 'size';
  #line = '';
  #left = 0;
  #signature = '';
  #hash: Hash | undefined;

  constructor(onBytes: (bytes: Buffer) => void, signer: ChunkSigner | undefined) {
    this.#onBytes = onBytes;
    this.#signer = signer;
  }

  /** @throws S3Error InvalidRequest for broken framing, SignatureDoesNotMatch */
  push(piece: Buffer): void {
    let at = 0;
    while (at < piece.length) {
      at = this.#state === 'data' ? this.#pushData(piece, at) : this.#pushLine(piece, at);
    }
  }

  /** No more is coming. @throws S3Error IncompleteBody */
  end(): void {
    if (this.#state !== 'done') throw new S3Error('IncompleteBody');
  }

  #pushData(piece: Buffer, at: number): number {
    const bytes = piece.subarray(at, at + this.#left);
    this.#hash?.update(bytes);
    this.#onBytes(bytes);
    this.#left -= bytes.length;
    if (this.#left === 0) this.#state = 'data end';
    return at + bytes.length;
  }

  #pushLine(piece: Buffer, at: number): number {
    const end = piece.indexOf(LF, at);
    const stop = end === -1 ? piece.length : end + 1;
    this.#line += piece.toString('latin1', at, stop);
    if (this.#line.length > MAX_LINE) throw broken();
    if (end === -1) return stop;
    if (!this.#line.endsWith('\r\n')) throw broken();
    const line = this.#line.slice(0, -2);
    this.#line = '';
    this.#onLine(line);
    return stop;
  }

  #onLine(line: string): void {
    switch (this.#state) {
      case 'size':
        this.#startChunk(line);
        return;
      case 'data end':
        if (line !== '') throw broken();
        this.#endChunk();
        this.#state = 'size';
        return;
      case 'trailer':
        if (line === '') this.#endTrailer();
        else this.#addTrailer(line);
        return;
      case 'data':
      case 'done':
        throw broken();
    }
  }

  #startChunk(line: string): void {
    const [, size = '', signature = ''] = /^([0-9a-f]{1,13})(?:;chunk-signature=([0-9a-f]{64}))?$/i.exec(line) ?? [];
    if (size === '') throw broken();
    this.#left = Number.parseInt(size, 16);
    this.#signature = signature;
    this.#hash = this.#signer === undefined ? undefined : createHash('sha256');
    if (this.#left > 0) {
      this.#state = 'data';
      return;
    }
    this.#endChunk();
    this.#state = 'trailer';
  }

  #endChunk(): void {
    if (this.#hash !== undefined) this.#signer?.chunk(this.#hash.digest('hex'), this.#signature);
  }

  #addTrailer(line: string): void {
    const colon = line.indexOf(':');
    if (colon < 1) throw broken();
    this.trailers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }

  #endTrailer(): void {
    this.#state = 'done';
    if (this.#signer === undefined || this.trailers.size === 0) return;
    const signature = this.trailers.get('x-amz-trailer-signature') ?? '';
    const signed = [...this.trailers].filter(([name]) => name !== 'x-amz-trailer-signature');
    const text = signed.map(([name, value]) => `${name}:${value}\n`).join('');
    this.#signer.trailer(createHash('sha256').update(text).digest('hex'), signature);
  }
}

const broken = () => new S3Error('InvalidRequest', 'The aws-chunked framing of the body is broken.');
