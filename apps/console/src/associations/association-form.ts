import type { Input } from '@drt/contract';
import { type DataRepositoryAssociation, EVENT_TYPES, type EventType } from '@drt/contract/associations';
import type { Tag } from '@drt/contract/tags';
import { archivePath, namespacePath } from '@drt/contract/wire';

import { filledTags, tagCountError, type TagErrors, tagErrors } from '../tags/tag-rows.ts';

/** What the user chose, before it is a request. */
export interface AssociationForm {
  readonly fileSystemPath: string;
  readonly dataRepositoryPath: string;
  readonly importMetadata: boolean;
  readonly policies: Policies;
  /** One per row, as typed; blank rows do not count. */
  readonly tags: readonly Tag[];
}

/** The events that are followed automatically; none means that nothing is. */
export interface Policies {
  readonly importEvents: readonly EventType[];
  readonly exportEvents: readonly EventType[];
}

/** The FSx console starts with every event on, while the API's own default is none. */
export const NEW_ASSOCIATION: AssociationForm = {
  fileSystemPath: '',
  dataRepositoryPath: '',
  importMetadata: false,
  policies: { importEvents: EVENT_TYPES, exportEvents: EVENT_TYPES },
  tags: [],
};

export interface AssociationErrors {
  readonly fileSystemPath?: string;
  readonly dataRepositoryPath?: string;
  readonly tags?: TagErrors;
  readonly tagCount?: string;
}

const fileSystemPathError = (path: string) => {
  if (path === '') return 'Enter a directory of the file system, for example /ns1.';
  if (!path.startsWith('/')) return 'The path must begin with "/".';
  if (path.split('/').includes('..')) return 'The path must not contain "..".';
  const wrong = namespacePath.safeParse(path).error?.issues[0]?.message;
  return wrong && `The path ${wrong}.`;
};

const dataRepositoryPathError = (path: string) => {
  if (!/^s3:\/\/[^/]+/.test(path)) return 'Enter an S3 path in the form s3://bucket/prefix/.';
  const wrong = archivePath.safeParse(path).error?.issues[0]?.message;
  return wrong && `The path ${wrong}.`;
};

/** Checks what the paths alone tell. Whether they overlap other associations, the server knows. */
export const validateAssociation = (form: AssociationForm): AssociationErrors | undefined => {
  const fileSystemPath = fileSystemPathError(form.fileSystemPath);
  const dataRepositoryPath = dataRepositoryPathError(form.dataRepositoryPath);
  const tags = tagErrors(form.tags);
  const tagCount = tagCountError(form.tags, 0);
  const errors: AssociationErrors = {
    ...(fileSystemPath ? { fileSystemPath } : {}),
    ...(dataRepositoryPath ? { dataRepositoryPath } : {}),
    ...(tags ? { tags } : {}),
    ...(tagCount ? { tagCount } : {}),
  };
  return Object.keys(errors).length > 0 ? errors : undefined;
};

/** Both policies, always: one that is left out of an update stays as it was. */
export const policiesInput = ({ importEvents, exportEvents }: Policies) => ({
  AutoImportPolicy: { Events: [...importEvents] },
  AutoExportPolicy: { Events: [...exportEvents] },
});

/** The policies that an association has. */
export const policiesOf = ({ S3 }: DataRepositoryAssociation): Policies => ({
  importEvents: S3?.AutoImportPolicy?.Events ?? [],
  exportEvents: S3?.AutoExportPolicy?.Events ?? [],
});

export const toAssociationInput = (
  fileSystemId: string,
  form: AssociationForm,
  token: string,
): Input<'CreateDataRepositoryAssociation'> => {
  const tags = filledTags(form.tags);
  return {
    FileSystemId: fileSystemId,
    FileSystemPath: form.fileSystemPath,
    DataRepositoryPath: form.dataRepositoryPath,
    BatchImportMetaDataOnCreate: form.importMetadata,
    S3: policiesInput(form.policies),
    ClientRequestToken: token,
    ...(tags.length > 0 ? { Tags: tags } : {}),
  };
};
