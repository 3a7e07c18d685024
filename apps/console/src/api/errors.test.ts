import { ERRORS } from '@drt/contract/errors';
import { expect, test } from 'vitest';

import { explainFailure, isForbidden, isTransient } from './errors.ts';
import { ApiFailure } from './fsx.ts';

test('the words of the server come first, the advice after them', () => {
  expect(explainFailure(new ApiFailure('FileSystemNotFound', 'There is no fs-1')).content).toBe(
    'There is no fs-1. Choose another file system.',
  );
});

test('the request ID is kept for whoever looks into the log', () => {
  const clash = new ApiFailure('DataRepositoryTaskExecuting', 'task-0123456789abcdef0 is an exact copy', 'r-1');
  expect(explainFailure(clash)).toEqual({
    header: 'The same task is already running',
    content: 'task-0123456789abcdef0 is an exact copy.',
    transient: false,
    requestId: 'r-1',
  });
});

test('a permission that is missing is named, and who lacks credentials is told so', () => {
  const denied = new ApiFailure('AccessDeniedException', 'Not authorized', 'r-1', 'fsx:TagResource');
  expect(explainFailure(denied).content).toBe(
    'Not authorized. Ask an administrator for the permission fsx:TagResource.',
  );
  expect(explainFailure(new ApiFailure('ExpiredTokenException', 'Expired.')).header).toContain('not accepted');
  const forbidden = [
    'AccessDeniedException',
    'InvalidSignatureException',
    'NoCredentials',
    'BadRequest',
    'NetworkError',
  ];
  expect(forbidden.filter((code) => isForbidden(new ApiFailure(code, '')))).toEqual(forbidden.slice(0, 3));
});

test('a code without a sentence of its own is still shown with the words of the server', () => {
  expect(explainFailure(new ApiFailure('BrandNewException', 'Something new happened.'))).toEqual({
    header: 'The request was refused (BrandNewException)',
    content: 'Something new happened.',
    transient: false,
  });
});

test.each(Object.keys(ERRORS))('%s has words that say something', (code) => {
  const { header, content } = explainFailure(new ApiFailure(code, 'Why.'));
  expect(header).not.toBe('');
  expect(content).toContain('Why.');
});

test('a failure that is not an answer at all does not leak its text', () => {
  const { header, content } = explainFailure(new TypeError('x is not a function'));
  expect(header).toBe('Unexpected answer');
  expect(content).not.toContain('is not a function');
});

test('only failures of the way or of the server are worth the same request again', () => {
  const transient = [...Object.keys(ERRORS), 'NetworkError'].filter((code) => isTransient(new ApiFailure(code, '')));
  expect(transient).toEqual(['InternalServerError', 'ThrottlingException', 'NetworkError']);
});
