import { expect, test } from 'vitest';

import { paths } from '../paths.ts';
import { fromAwsHash, isHome } from './aws-links.ts';

test.each([
  ['#data-repository-tasks', paths.tasks()],
  ['#file-system-create', paths.createFileSystem()],
  ['#file-systems', paths.fileSystems()],
  ['#file-system-details/fs-0123456789abcdef0', paths.fileSystem('fs-0123456789abcdef0')],
  ['#/file-system-details/fs-0123456789abcdef0?x=y', paths.fileSystem('fs-0123456789abcdef0')],
  ['#data-repository-association-details/dra-0123456789abcdef0', paths.association('dra-0123456789abcdef0')],
  ['#file-system-details/..%2F', undefined],
  ['#backups', undefined],
  ['', undefined],
])('%s leads to %s', (hash, path) => {
  expect(fromAwsHash(hash)).toBe(path);
});

test('the console is at home where AWS has it', () => {
  expect(['/', '/fsx', '/fsx/', '/fsx/home', '/fsx/home/'].every(isHome)).toBe(true);
  expect(['/fsx/homes', paths.tasks(), '/fsx/home/x', '/s3/home'].some(isHome)).toBe(false);
});
