import { expect, test } from 'vitest';

import { paths } from '../paths.ts';
import { addressedPage } from './address.ts';

const ID = '0123456789abcdef0';
const ARN = 'arn:aws:fsx:eu-west-1:123456789012';

test.each([
  [`task-${ID}`, paths.task(`task-${ID}`)],
  [`  fs-${ID}\n`, paths.fileSystem(`fs-${ID}`)],
  [`dra-${ID}`, paths.association(`dra-${ID}`)],
  [`${ARN}:task/task-${ID}`, paths.task(`task-${ID}`)],
  [`${ARN}:file-system/fs-${ID}`, paths.fileSystem(`fs-${ID}`)],
  [`${ARN}:association/fs-${ID}/dra-${ID}`, paths.association(`dra-${ID}`)],
  [
    `https://eu-west-1.console.aws.amazon.com/fsx/home?region=eu-west-1#file-system-details/fs-${ID}`,
    paths.fileSystem(`fs-${ID}`),
  ],
  ['https://console.aws.amazon.com/fsx/home#data-repository-tasks', paths.tasks()],
  ['http://console.test/fsx/file-systems?x=y', '/fsx/file-systems?x=y'],
])('%s names a page', (text, page) => {
  expect(addressedPage(text, 'http://console.test')).toBe(page);
});

test.each([
  '',
  'nightly',
  'task-',
  'task-123',
  `task-${ID.toUpperCase()}`,
  `see task-${ID}`,
  'arn:aws:s3:::bucket',
  `${ARN}:backup/backup-${ID}`,
  'https://example.org/fsx/file-systems',
  'http://console.test/other',
  'https://console.aws.amazon.com/s3/home#buckets',
  'javascript:alert(1)#file-systems',
  'http://',
])('%j names none', (text) => {
  expect(addressedPage(text, 'http://console.test')).toBeUndefined();
});
