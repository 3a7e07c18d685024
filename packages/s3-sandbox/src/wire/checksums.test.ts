import { expect, it } from 'vitest';

import { CHECKSUM_ALGORITHMS, CHECKSUM_BYTES, createDigest } from './checksums.ts';

/** The check values that the catalogues of CRCs give for the nine digits, and the digests of RFC 3174 and FIPS 180. */
const OF_DIGITS = {
  CRC32: 'cbf43926',
  CRC32C: 'e3069283',
  CRC64NVME: 'ae8b14860a799888',
  SHA1: 'f7c3bc1d808e04732adf679965ccc34ca7ae3441',
  SHA256: '15e2b0d3c33891ebb0f1ef609ec419420c20e320ce94c65fbc8c3312448eb225',
};

it.each(CHECKSUM_ALGORITHMS)('%s gives its check value, in one piece or several', (algorithm) => {
  const whole = createDigest(algorithm);
  whole.update(Buffer.from('123456789'));
  expect(whole.digest().toString('hex')).toBe(OF_DIGITS[algorithm]);
  const pieces = createDigest(algorithm);
  for (const piece of ['1', '', '2345', '6789']) pieces.update(Buffer.from(piece));
  const digest = pieces.digest();
  expect(digest.toString('hex')).toBe(OF_DIGITS[algorithm]);
  expect(digest.length).toBe(CHECKSUM_BYTES[algorithm]);
});
