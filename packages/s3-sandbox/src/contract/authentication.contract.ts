import { GetObjectCommand, ListBucketsCommand, PutObjectCommand } from '@aws-sdk/client-s3';
import { expect } from 'vitest';

import { type Check, put, read, refusal, type World } from './world.ts';

export function authenticationContract(world: World, check: Check): void {
  check('a wrong secret is SignatureDoesNotMatch', async () => {
    const Bucket = await world.bucket();
    const { accessKeyId } = world.credentials();
    const stranger = world.client({ credentials: { accessKeyId, secretAccessKey: 'another-secret' } });
    expect(await refusal(stranger.send(new ListBucketsCommand({})))).toBe('SignatureDoesNotMatch 403');
    expect(await refusal(put(stranger, Bucket, 'key'))).toBe('SignatureDoesNotMatch 403');
    expect(await refusal(world.client().send(new GetObjectCommand({ Bucket, Key: 'key' })))).toBe('NoSuchKey 404');
  });

  check('an unknown key is InvalidAccessKeyId', async () => {
    const stranger = world.client({ credentials: { accessKeyId: 'STRANGER', secretAccessKey: 'secret' } });
    expect(await refusal(stranger.send(new ListBucketsCommand({})))).toBe('InvalidAccessKeyId 403');
  });

  check('an unsigned request is AccessDenied', async () => {
    const Bucket = await world.bucket();
    await put(world.client(), Bucket, 'key');
    // A signer that signs nothing.
    const anonymous = world.client({ signer: { sign: (request) => Promise.resolve(request) } });
    expect(await refusal(anonymous.send(new GetObjectCommand({ Bucket, Key: 'key' })))).toBe('AccessDenied 403');
    expect(await refusal(anonymous.send(new PutObjectCommand({ Bucket, Key: 'key', Body: 'bytes' })))).toBe(
      'AccessDenied 403',
    );
  });

  check('a clock that is an hour off is RequestTimeTooSkewed', async () => {
    const late = world.client({ systemClockOffset: -3_600_000 });
    expect(await refusal(late.send(new ListBucketsCommand({})))).toBe('RequestTimeTooSkewed 403');
  });

  check('a signature holds over keys and values that need encoding', async () => {
    const client = world.client();
    const Bucket = await world.bucket();
    for (const key of ["it's (a) *test*!", 'a+b c/~d', 'ü/\u{1f600}', '%25', 'a=b&c=d', 'x/../y//z/']) {
      await put(client, Bucket, key, 'bytes', { Metadata: { padded: '  two  spaces  ' } });
      expect(await read(client, Bucket, key)).toBe('bytes');
    }
  });
}
