import { readFileSync, statSync } from 'node:fs';

import type { OperationName } from '@drt/contract';

import { ConfigError } from '../config.ts';

const ROLES = ['viewer', 'operator', 'admin'] as const;

/** Each role may do what the roles before it may. */
export type Role = (typeof ROLES)[number];

export interface AccessKey {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly role: Role;
}

/** The least role that an operation asks for. */
const NEEDED: Readonly<Record<OperationName, Role>> = {
  DescribeFileSystems: 'viewer',
  DescribeDataRepositoryAssociations: 'viewer',
  DescribeDataRepositoryTasks: 'viewer',
  ListTagsForResource: 'viewer',
  CreateDataRepositoryTask: 'operator',
  CancelDataRepositoryTask: 'operator',
  CreateFileSystem: 'admin',
  DeleteFileSystem: 'admin',
  CreateDataRepositoryAssociation: 'admin',
  UpdateDataRepositoryAssociation: 'admin',
  DeleteDataRepositoryAssociation: 'admin',
  TagResource: 'admin',
  UntagResource: 'admin',
};

export const mayCall = (role: Role, operation: OperationName) =>
  ROLES.indexOf(role) >= ROLES.indexOf(NEEDED[operation]);

const isText = (value: unknown, min: number): value is string => typeof value === 'string' && value.length >= min;

const keyOf = (entry: unknown): AccessKey | undefined => {
  if (typeof entry !== 'object' || entry === null) return undefined;
  const { accessKeyId, secretAccessKey, role }: { [member: string]: unknown } = { ...entry };
  const known = ROLES.find((each) => each === role);
  return isText(accessKeyId, 3) && isText(secretAccessKey, 8) && known
    ? { accessKeyId, secretAccessKey, role: known }
    : undefined;
};

const contentOf = (file: string): unknown => {
  const wrong = (what: string) => new ConfigError([`FSX_ACCESS_KEYS_FILE: ${file} ${what}.`]);
  let json: string;
  try {
    // A key that others can read is no secret.
    if ((statSync(file).mode & 0o077) !== 0) throw wrong('must be readable by its owner only: chmod 600');
    json = readFileSync(file, 'utf8');
  } catch (error) {
    throw error instanceof ConfigError ? error : wrong('cannot be read');
  }
  try {
    return JSON.parse(json);
  } catch {
    // Not the parser's own words: they quote the file.
    throw wrong('is not JSON');
  }
};

/**
 * Reads `[{"accessKeyId", "secretAccessKey", "role"}]`.
 * @returns the keys by ID.
 * @throws ConfigError naming the entry that is wrong, never its content.
 */
export const readAccessKeys = (file: string): ReadonlyMap<string, AccessKey> => {
  const entries = contentOf(file);
  if (!Array.isArray(entries) || entries.length === 0) {
    throw new ConfigError([`FSX_ACCESS_KEYS_FILE: ${file} must be a JSON array of at least one key.`]);
  }
  const keys = new Map<string, AccessKey>();
  entries.forEach((entry, index) => {
    const key = keyOf(entry);
    if (!key || keys.has(key.accessKeyId)) {
      throw new ConfigError([
        `FSX_ACCESS_KEYS_FILE: entry ${index + 1} of ${file} must have an accessKeyId of its own, a secretAccessKey of at least 8 characters and a role out of ${ROLES.join(', ')}.`,
      ]);
    }
    keys.set(key.accessKeyId, key);
  });
  if (!keys.values().some((key) => key.role === 'admin')) {
    throw new ConfigError([
      `FSX_ACCESS_KEYS_FILE: ${file} must have a key with the role admin: the console signs with it.`,
    ]);
  }
  return keys;
};
