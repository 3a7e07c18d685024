import { expect, test } from 'vitest';

import { failureAdvice } from './failure-advice.ts';

/** Sentences of the engine, and what should come after them. */
test.each([
  ['Path "a,b" does not exist in the file system. It contains a comma: separate several', 'a row of its own'],
  ['The file system has no linked data repository any more.', 'associations of the file system'],
  ['Path "x" is not under a linked directory of the file system.', 'associations of the file system'],
  ['Path "s3://b/x" is not in a linked data repository.', 'associations of the file system'],
  ['The data repository could not be listed: AccessDenied.', 'its policy'],
  ['Bucket nightly cannot be used: NoSuchBucket.', 'that the bucket exists'],
  ['Path "x" does not exist in the file system.', 'Check the spelling'],
  ['There is no object at or below "s3://b/x".', 'Check the spelling'],
  ['The directory /srv/a is not the one that file system fs-1 was created with: it is not mounted.', 'mounted'],
  ['A reason of next year.', 'Correct what the message names'],
])('%s', (Message, next) => {
  expect(failureAdvice({ FailureDetails: { Message } }).next).toContain(next);
});

test('failed files come first: they say more than the message', () => {
  const task = { FailureDetails: { Message: '2 of 3 entries failed to export.' }, Status: { FailedCount: 2 } };
  expect(failureAdvice(task).next).toContain('retry the failed files');
});
