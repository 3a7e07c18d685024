import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'react-router';

import { useFsxMutation } from '../api/fsx.ts';
import { useRequestToken } from '../api/request-token.ts';
import { fileSystemQuery } from '../file-systems/queries.ts';
import { CREATE_ASSOCIATION, paths } from '../paths.ts';
import { useGo, useUnsavedChanges } from '../shell/leave-guard.tsx';
import { useNotifications } from '../shell/notifications.tsx';
import { ResourceForm } from '../shell/resource-form.tsx';
import { ResourcePage } from '../shell/resource-page.tsx';
import { RouteLink } from '../shell/route-link.tsx';
import { visibleText } from '../shell/visible-text.ts';
import { TagFields } from '../tags/tag-fields.tsx';
import {
  type AssociationErrors,
  type AssociationForm,
  NEW_ASSOCIATION,
  toAssociationInput,
  validateAssociation,
} from './association-form.ts';
import { PolicyFields } from './policy-fields.tsx';

/** Links a directory of a file system to a data repository. */
export const AssociationCreatePage = () => {
  const { id: fileSystemId = '' } = useParams();
  const query = useQuery(fileSystemQuery(fileSystemId));
  return (
    <ResourcePage
      id={fileSystemId}
      kind="File system"
      title={CREATE_ASSOCIATION}
      notFoundCode="FileSystemNotFound"
      back={{ href: paths.fileSystems(), text: 'Back to file systems' }}
      query={query}
    >
      {query.data ? <CreateForm fileSystemId={fileSystemId} /> : null}
    </ResourcePage>
  );
};

const CreateForm = ({ fileSystemId }: { readonly fileSystemId: string }) => {
  const [form, setForm] = useState(NEW_ASSOCIATION);
  const [checked, setChecked] = useState(false);
  const create = useCreate(fileSystemId);
  const errors = validateAssociation(form);
  const shown = checked ? errors : undefined;
  useUnsavedChanges(form !== NEW_ASSOCIATION && !create.isSuccess);
  const change = (part: Partial<AssociationForm>) => setForm((now) => ({ ...now, ...part }));

  const submit = () => {
    setChecked(true);
    if (errors) return false;
    create.submit(form);
    return true;
  };

  return (
    <ResourceForm
      submitText="Create"
      back={paths.fileSystem(fileSystemId)}
      pending={create.isPending}
      error={create.error}
      onSubmit={submit}
      onNewRequest={() => create.submit(form, true)}
      command={{
        does: 'create this data repository association',
        callsOf: () => {
          setChecked(true);
          const input = toAssociationInput(fileSystemId, form, '');
          return errors ? undefined : [{ operation: 'CreateDataRepositoryAssociation', input }];
        },
      }}
    >
      <Link fileSystemId={fileSystemId} form={form} errors={shown} onChange={change} />
      <PolicyFields policies={form.policies} onChange={(policies) => change({ policies })} />
      <Container header={<Header variant="h2">Tags</Header>}>
        <TagFields
          tags={form.tags}
          errors={shown?.tags}
          countError={shown?.tagCount}
          others={0}
          onChange={(tags) => change({ tags })}
        />
      </Container>
    </ResourceForm>
  );
};

/** One token per form: a double click, or a retry after a lost answer, makes one association. */
const useCreate = (fileSystemId: string) => {
  const tokenFor = useRequestToken();
  const { notify } = useNotifications();
  const { goSaved } = useGo();
  const mutation = useFsxMutation('CreateDataRepositoryAssociation', {
    invalidates: ['DescribeDataRepositoryAssociations', 'DescribeDataRepositoryTasks'],
  });

  const submit = (form: AssociationForm, asNewRequest = false) => {
    mutation.mutate(toAssociationInput(fileSystemId, form, tokenFor(asNewRequest)), {
      onSuccess: ({ Association: { AssociationId: id = '' } = {} }) => {
        notify({
          id: `created-${id}`,
          type: 'success',
          header: 'Data repository association created',
          content: (
            <>
              <RouteLink inverted href={paths.association(id)}>
                {id}
              </RouteLink>{' '}
              links {visibleText(form.fileSystemPath)} to {visibleText(form.dataRepositoryPath)}.
              {form.importMetadata ? ' Once it is available, an import task is created.' : null}
            </>
          ),
        });
        goSaved(paths.fileSystem(fileSystemId));
      },
    });
  };
  return { submit, isPending: mutation.isPending, isSuccess: mutation.isSuccess, error: mutation.error };
};

interface LinkProps {
  readonly fileSystemId: string;
  readonly form: AssociationForm;
  readonly errors: AssociationErrors | undefined;
  readonly onChange: (part: Partial<AssociationForm>) => void;
}

const Link = ({ fileSystemId, form, errors, onChange }: LinkProps) => (
  <Container header={<Header variant="h2">Data repository association</Header>}>
    <SpaceBetween size="l">
      <FormField label="File system">
        <RouteLink href={paths.fileSystem(fileSystemId)}>{fileSystemId}</RouteLink>
      </FormField>
      <FormField
        label="File system path"
        description="The directory that is linked; it is made when it does not exist. It must not lie in, or hold, the directory of another association."
        constraintText='Begins with "/". Enter / to link the whole file system.'
        errorText={errors?.fileSystemPath}
      >
        <Input
          value={form.fileSystemPath}
          placeholder="/ns1"
          ariaRequired
          spellcheck={false}
          autoComplete={false}
          onChange={({ detail }) => onChange({ fileSystemPath: detail.value })}
        />
      </FormField>
      <FormField
        label="Data repository path"
        description="The S3 bucket or prefix. It must not overlap the path of another association of this file system."
        constraintText="A slash at the end is added when there is none."
        errorText={errors?.dataRepositoryPath}
      >
        <Input
          value={form.dataRepositoryPath}
          placeholder="s3://bucket/prefix/"
          ariaRequired
          spellcheck={false}
          autoComplete={false}
          onChange={({ detail }) => onChange({ dataRepositoryPath: detail.value })}
        />
      </FormField>
      <Checkbox
        checked={form.importMetadata}
        description="Creates an import task for the whole repository as soon as the association is available."
        onChange={({ detail }) => onChange({ importMetadata: detail.checked })}
      >
        Import metadata from repository
      </Checkbox>
    </SpaceBetween>
  </Container>
);
