import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

import { AwsChunkedDecoder } from './aws-chunked.ts';

function decode(pieces: readonly Buffer[]) {
  const bytes: Buffer[] = [];
  // The decoder hands out parts of the pieces, which may be used again.
  const decoder = new AwsChunkedDecoder((part) => bytes.push(Buffer.from(part)), undefined);
  for (const piece of pieces) decoder.push(piece);
  decoder.end();
  return { text: Buffer.concat(bytes).toString('latin1'), trailers: Object.fromEntries(decoder.trailers) };
}

const frame = (text: string) => `${text.length.toString(16)};chunk-signature=${'a'.repeat(64)}\r\n${text}\r\n`;

describe('aws-chunked', () => {
  it('gives the bytes and the trailers, wherever the network cuts', () => {
    const chunks = fc.array(fc.string({ unit: 'binary-ascii', minLength: 1, maxLength: 40 }), { maxLength: 5 });
    fc.assert(
      fc.property(chunks, fc.array(fc.nat({ max: 500 }), { maxLength: 8 }), (texts, cuts) => {
        const body = `${texts.map(frame).join('')}0\r\nX-Amz-Checksum-CRC32: AAAAAA==\r\n\r\n`;
        const at = [0, ...cuts.filter((cut) => cut < body.length).sort((a, b) => a - b), body.length];
        const pieces = at.slice(1).map((end, index) => Buffer.from(body.slice(at[index], end), 'latin1'));
        expect(decode(pieces)).toEqual({ text: texts.join(''), trailers: { 'x-amz-checksum-crc32': 'AAAAAA==' } });
      }),
    );
  });

  it.each([
    ['a size that is no number', 'x\r\nbytes\r\n0\r\n\r\n'],
    ['a size without its line end', '5\nbytes\r\n0\r\n\r\n'],
    ['a chunk that is longer than its size', '4\r\nbytes\r\n0\r\n\r\n'],
    ['a trailer without a value', '0\r\nnothing\r\n\r\n'],
    ['bytes behind the end', '0\r\n\r\nmore\r\n'],
    ['a line without end', 'f'.repeat(10_000)],
  ])('refuses %s', (_, body) => {
    expect(() => decode([Buffer.from(body)])).toThrow('The aws-chunked framing of the body is broken.');
  });

  it('refuses a body that ends too early', () => {
    for (const body of ['', '5\r\nbyt', '5\r\nbytes\r\n', '5\r\nbytes\r\n0\r\n']) {
      expect(() => decode([Buffer.from(body)])).toThrow('shorter or longer');
    }
  });
});
