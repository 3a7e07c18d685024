import type { Input } from '@drt/contract';
import type { LUSTRE_DEPLOYMENT_TYPES } from '@drt/contract/file-systems';
import { type Tag, tagValue } from '@drt/contract/tags';

import { filledTags, tagCountError, type TagErrors, tagErrors } from '../tags/tag-rows.ts';

type DeploymentType = (typeof LUSTRE_DEPLOYMENT_TYPES)[number];

/** What the user chose, before it is a request. */
export interface FileSystemForm {
  readonly name: string;
  /** In GiB, as typed. */
  readonly capacity: string;
  readonly deploymentType: DeploymentType;
  readonly adopt: boolean;
  /** The directory to adopt, absolute. */
  readonly directory: string;
  /** The other tags, one per row, as typed; blank rows do not count. */
  readonly tags: readonly Tag[];
}

export const NEW_FILE_SYSTEM: FileSystemForm = {
  name: '',
  capacity: '1200',
  deploymentType: 'PERSISTENT_2',
  adopt: false,
  directory: '',
  tags: [],
};

export interface FileSystemErrors {
  readonly name?: string;
  readonly capacity?: string;
  readonly directory?: string;
  readonly tags?: TagErrors;
  readonly tagCount?: string;
}

/** The tag that names a directory to adopt instead of making one. */
const ROOT_TAG = 'drt:root';
const MAX_CAPACITY = 2_147_483_647;

const wrongWith = (value: string) => tagValue.safeParse(value).error?.issues[0]?.message;

const directoryError = ({ adopt, directory }: FileSystemForm) => {
  if (!adopt) return undefined;
  if (!directory.startsWith('/')) return 'Enter an absolute directory, for example /mnt/data/project.';
  const wrong = wrongWith(directory);
  return wrong && `The directory is kept as a tag and ${wrong}.`;
};

/** The tags that fields of their own make. */
export const fieldTags = ({ name, adopt, directory }: FileSystemForm): Tag[] => [
  ...(name ? [{ Key: 'Name', Value: name }] : []),
  ...(adopt ? [{ Key: ROOT_TAG, Value: directory }] : []),
];

/** Checks what the values alone tell; which directories may be adopted, the server knows. */
export const validateFileSystem = (form: FileSystemForm): FileSystemErrors | undefined => {
  const name = wrongWith(form.name);
  const capacity = /^\d+$/.test(form.capacity) && Number(form.capacity) >= 1 && Number(form.capacity) <= MAX_CAPACITY;
  const directory = directoryError(form);
  const tags = tagErrors(form.tags, { Name: 'File system name', [ROOT_TAG]: 'Directory' });
  const tagCount = tagCountError(form.tags, fieldTags(form).length);
  const errors: FileSystemErrors = {
    ...(name ? { name: `The name ${name}.` } : {}),
    ...(capacity ? {} : { capacity: `Enter a whole number from 1 to ${MAX_CAPACITY.toLocaleString('en')}.` }),
    ...(directory ? { directory } : {}),
    ...(tags ? { tags } : {}),
    ...(tagCount ? { tagCount } : {}),
  };
  return Object.keys(errors).length > 0 ? errors : undefined;
};

/** FSx requires a subnet; a directory tree has none, and this server takes any. */
const NO_SUBNET = 'subnet-00000000';

export const toFileSystemInput = (form: FileSystemForm, token: string): Input<'CreateFileSystem'> => {
  const tags = [...fieldTags(form), ...filledTags(form.tags)];
  return {
    FileSystemType: 'LUSTRE',
    StorageCapacity: Number(form.capacity),
    SubnetIds: [NO_SUBNET],
    LustreConfiguration: { DeploymentType: form.deploymentType },
    ClientRequestToken: token,
    ...(tags.length > 0 ? { Tags: tags } : {}),
  };
};
