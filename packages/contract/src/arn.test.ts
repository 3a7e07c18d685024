import fc from 'fast-check';
import { expect, test } from 'vitest';

import { arnOf, parseArn } from './arn.ts';
import { resourceArn } from './wire.ts';

const hexadecimal = fc.stringMatching(/^[0-9a-f]{17}$/);
const idOf = (prefix: string) => hexadecimal.map((digits) => `${prefix}-${digits}`);
const resource = fc.oneof(
  fc.record({ kind: fc.constant('file-system' as const), id: idOf('fs') }),
  fc.record({ kind: fc.constant('task' as const), id: idOf('task') }),
  fc.record({ kind: fc.constant('association' as const), id: idOf('dra'), fileSystemId: idOf('fs') }),
);
const scope = fc.record(
  {
    partition: fc.constantFrom('aws', 'aws-cn', 'aws-us-gov'),
    region: fc.constantFrom('us-east-1', 'eu-central-1', 'us-gov-west-1'),
    account: fc.stringMatching(/^[0-9]{12}$/),
  },
  { requiredKeys: ['region', 'account'] },
);

test('ARNs have the form of the Service Authorization Reference', () => {
  const here = { region: 'us-east-1', account: '123456789012' };
  expect(arnOf(here, { kind: 'task', id: 'task-0' })).toBe('arn:aws:fsx:us-east-1:123456789012:task/task-0');
  expect(arnOf({ ...here, partition: 'aws-cn' }, { kind: 'file-system', id: 'fs-0' })).toBe(
    'arn:aws-cn:fsx:us-east-1:123456789012:file-system/fs-0',
  );
  expect(arnOf(here, { kind: 'association', id: 'dra-0', fileSystemId: 'fs-0' })).toBe(
    'arn:aws:fsx:us-east-1:123456789012:association/fs-0/dra-0',
  );
});

test('every ARN is read back as the resource it was made of, and accepted on the wire', () => {
  fc.assert(
    fc.property(scope, resource, (where, what) => {
      const arn = arnOf(where, what);
      expect(parseArn(arn)).toEqual(what);
      expect(resourceArn.safeParse(arn).success).toBe(true);
    }),
  );
});

test.each([
  '',
  'arn',
  'arn:aws:s3:::bucket',
  'arn:aws:s3:us-east-1:123456789012:task/task-0',
  'arn:aws:fsx:us-east-1:123456789012:',
  'arn:aws:fsx:us-east-1:123456789012:task',
  'arn:aws:fsx:us-east-1:123456789012:task/',
  'arn:aws:fsx:us-east-1:123456789012:task/a/b',
  'arn:aws:fsx:us-east-1:123456789012:task:task-0',
  'arn:aws:fsx:us-east-1:123456789012:association/dra-0',
  'arn:aws:fsx:us-east-1:123456789012:association/fs-0/',
  'arn:aws:fsx:us-east-1:123456789012:association/fs-0/dra-0/x',
  'arn:aws:fsx:us-east-1:123456789012:backup/backup-0',
  'urn:aws:fsx:us-east-1:123456789012:task/task-0',
  'task-0123456789abcdef0',
])('%j names no resource of ours', (arn) => {
  expect(parseArn(arn)).toBeUndefined();
});

test('no text makes reading fail', () => {
  const pieces = fc.array(fc.constantFrom('arn', 'fsx', 'task', 'association', 'file-system', ':', '/', 'x'), {
    maxLength: 14,
  });
  fc.assert(
    fc.property(
      fc.oneof(
        fc.string(),
        pieces.map((parts) => parts.join('')),
      ),
      (arn) => {
        const found = parseArn(arn);
        expect(found === undefined || found.id.length > 0).toBe(true);
      },
    ),
  );
});
