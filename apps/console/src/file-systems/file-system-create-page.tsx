import Box from '@cloudscape-design/components/box';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { LUSTRE_DEPLOYMENT_TYPES } from '@drt/contract/file-systems';
import { useState } from 'react';

import { useFsxMutation } from '../api/fsx.ts';
import { useRequestToken } from '../api/request-token.ts';
import { CREATE_FILE_SYSTEM, paths } from '../paths.ts';
import { useGo, useUnsavedChanges } from '../shell/leave-guard.tsx';
import { useNotifications } from '../shell/notifications.tsx';
import { PageHeader } from '../shell/page-header.tsx';
import { ResourceForm } from '../shell/resource-form.tsx';
import { RouteLink } from '../shell/route-link.tsx';
import { TagFields } from '../tags/tag-fields.tsx';
import { deploymentWords } from './columns.tsx';
import {
  type FileSystemErrors,
  type FileSystemForm,
  fieldTags,
  NEW_FILE_SYSTEM,
  toFileSystemInput,
  validateFileSystem,
} from './file-system-form.ts';

/** Makes a Lustre file system of a new directory, or of one that is there. */
export const FileSystemCreatePage = () => {
  const [form, setForm] = useState(NEW_FILE_SYSTEM);
  const [checked, setChecked] = useState(false);
  const create = useCreate();
  const errors = validateFileSystem(form);
  useUnsavedChanges(form !== NEW_FILE_SYSTEM && !create.isSuccess);

  const submit = () => {
    setChecked(true);
    if (errors) return false;
    create.submit(form);
    return true;
  };

  return (
    <SpaceBetween size="l">
      <PageHeader title={CREATE_FILE_SYSTEM} />
      <ResourceForm
        submitText="Create"
        back={paths.fileSystems()}
        pending={create.isPending}
        error={create.error}
        onSubmit={submit}
        onNewRequest={() => create.submit(form, true)}
        command={{
          does: 'create this file system',
          callsOf: () => {
            setChecked(true);
            return errors ? undefined : [{ operation: 'CreateFileSystem', input: toFileSystemInput(form, '') }];
          },
        }}
      >
        <Fields
          form={form}
          errors={(checked && errors) || {}}
          onChange={(part) => setForm((now) => ({ ...now, ...part }))}
        />
      </ResourceForm>
    </SpaceBetween>
  );
};

/** One token per form: a double click, or a retry after a lost answer, makes one file system. */
const useCreate = () => {
  const tokenFor = useRequestToken();
  const { notify } = useNotifications();
  const { goSaved } = useGo();
  const mutation = useFsxMutation('CreateFileSystem', { invalidates: ['DescribeFileSystems'] });

  const submit = (form: FileSystemForm, asNewRequest = false) => {
    mutation.mutate(toFileSystemInput(form, tokenFor(asNewRequest)), {
      onSuccess: ({ FileSystem: { FileSystemId: id = '' } = {} }) => {
        notify({
          id: `created-${id}`,
          type: 'success',
          header: 'File system created',
          content: (
            <>
              Link{' '}
              <RouteLink inverted href={paths.fileSystem(id)}>
                {id}
              </RouteLink>{' '}
              to a data repository next.
            </>
          ),
        });
        goSaved(paths.fileSystem(id));
      },
    });
  };
  return { submit, isPending: mutation.isPending, isSuccess: mutation.isSuccess, error: mutation.error };
};

interface FieldsProps {
  readonly form: FileSystemForm;
  readonly errors: FileSystemErrors;
  readonly onChange: (part: Partial<FileSystemForm>) => void;
}

const DEPLOYMENTS = LUSTRE_DEPLOYMENT_TYPES.map((value) => ({ value, label: deploymentWords(value) }));

const Fields = ({ form, errors, onChange }: FieldsProps) => (
  <SpaceBetween size="l">
    <Container header={<Header variant="h2">File system details</Header>}>
      <SpaceBetween size="l">
        <FormField label="File system type">
          <Box>Lustre</Box>
        </FormField>
        <FormField
          label={
            <>
              File system name <i>- optional</i>
            </>
          }
          description="Kept as the tag Name."
          errorText={errors.name}
        >
          <Input value={form.name} onChange={({ detail }) => onChange({ name: detail.value })} />
        </FormField>
        <FormField
          label="Deployment type"
          description="Shown as it is chosen. A Scratch 1 file system cannot be linked to a data repository."
        >
          <Select
            options={DEPLOYMENTS}
            selectedOption={DEPLOYMENTS.find((each) => each.value === form.deploymentType) ?? null}
            onChange={({ detail }) => {
              const chosen = LUSTRE_DEPLOYMENT_TYPES.find((each) => each === detail.selectedOption.value);
              if (chosen) onChange({ deploymentType: chosen });
            }}
          />
        </FormField>
        <FormField
          label="Storage capacity (GiB)"
          description="Shown as it is entered. How much fits is decided by the disk of this server."
          errorText={errors.capacity}
        >
          <Input
            value={form.capacity}
            inputMode="numeric"
            ariaRequired
            onChange={({ detail }) => onChange({ capacity: detail.value.trim() })}
          />
        </FormField>
      </SpaceBetween>
    </Container>
    <Container header={<Header variant="h2">Directory</Header>}>
      <SpaceBetween size="l">
        <Checkbox
          checked={form.adopt}
          description="The file system is a directory that is there already, with its files. Deleting the file system leaves it as it is."
          onChange={({ detail }) => onChange({ adopt: detail.checked })}
        >
          Adopt a directory
        </Checkbox>
        {form.adopt ? (
          <FormField
            label="Directory"
            description="A directory of this server, inside one that FILE_SYSTEM_ROOTS allows. Kept as the tag drt:root."
            errorText={errors.directory}
          >
            <Input
              value={form.directory}
              placeholder="/mnt/data/project"
              ariaRequired
              spellcheck={false}
              autoComplete={false}
              onChange={({ detail }) => onChange({ directory: detail.value })}
            />
          </FormField>
        ) : null}
      </SpaceBetween>
    </Container>
    <Container header={<Header variant="h2">Tags</Header>}>
      <TagFields
        tags={form.tags}
        errors={errors.tags}
        countError={errors.tagCount}
        others={fieldTags(form).length}
        onChange={(tags) => onChange({ tags })}
      />
    </Container>
  </SpaceBetween>
);
