import { associationOperations } from '@drt/contract/associations';
import { expect, test } from 'vitest';

import {
  NEW_ASSOCIATION,
  policiesInput,
  policiesOf,
  toAssociationInput,
  validateAssociation,
} from './association-form.ts';

const filled = { ...NEW_ASSOCIATION, fileSystemPath: '/ns1', dataRepositoryPath: 's3://bucket/prefix/' };

test.each([
  ['', 's3://b', { fileSystemPath: 'Enter a directory of the file system, for example /ns1.' }],
  ['ns1', 's3://b', { fileSystemPath: 'The path must begin with "/".' }],
  ['/a/../b', 's3://b', { fileSystemPath: 'The path must not contain "..".' }],
  ['/a\nb', 's3://b', { fileSystemPath: 'The path must be one line without NUL.' }],
  ['/', 'bucket/prefix', { dataRepositoryPath: 'Enter an S3 path in the form s3://bucket/prefix/.' }],
  ['/', 's3:///prefix', { dataRepositoryPath: 'Enter an S3 path in the form s3://bucket/prefix/.' }],
  ['/', 's3://bucket', undefined],
  ['/ns1', 's3://bucket/prefix/', undefined],
])('%j linked to %j', (fileSystemPath, dataRepositoryPath, errors) => {
  expect(validateAssociation({ ...filled, fileSystemPath, dataRepositoryPath })).toEqual(errors);
});

test('the request is one that the contract takes, with every event on', () => {
  const input = toAssociationInput('fs-0123456789abcdef0', filled, 'token');
  expect(associationOperations.CreateDataRepositoryAssociation.input.parse(input)).toEqual(input);
  expect(input.S3?.AutoExportPolicy?.Events).toEqual(['NEW', 'CHANGED', 'DELETED']);
});

test('policies survive the way there and back, also when they are off', () => {
  const policies = { importEvents: ['NEW'] as const, exportEvents: [] };
  expect(policiesOf({ S3: policiesInput(policies) })).toEqual(policies);
  expect(policiesOf({})).toEqual({ importEvents: [], exportEvents: [] });
});
