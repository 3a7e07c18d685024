import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import type { DataRepositoryAssociation } from '@drt/contract/associations';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { useParams } from 'react-router';

import { useFsxMutation } from '../api/fsx.ts';
import { paths, UPDATE_ASSOCIATION } from '../paths.ts';
import { useCameFrom, useGo, useUnsavedChanges } from '../shell/leave-guard.tsx';
import { useNotifications } from '../shell/notifications.tsx';
import { ResourceForm } from '../shell/resource-form.tsx';
import { ResourcePage } from '../shell/resource-page.tsx';
import { visibleText } from '../shell/visible-text.ts';
import { policiesInput, policiesOf } from './association-form.ts';
import { PolicyFields } from './policy-fields.tsx';
import { associationQuery } from './queries.ts';

/** Changes the import and export settings of an association; its paths stay as they are. */
export const AssociationUpdatePage = () => {
  const { id = '' } = useParams();
  const query = useQuery(associationQuery(id));
  return (
    <ResourcePage
      id={id}
      kind="Data repository association"
      title={UPDATE_ASSOCIATION}
      notFoundCode="DataRepositoryAssociationNotFound"
      back={{ href: paths.fileSystems(), text: 'Back to file systems' }}
      query={query}
    >
      {query.data ? <UpdateForm id={id} association={query.data} /> : null}
    </ResourcePage>
  );
};

interface UpdateFormProps {
  readonly id: string;
  readonly association: DataRepositoryAssociation;
}

const UpdateForm = ({ id, association }: UpdateFormProps) => {
  // Later answers of the server do not change what the user has chosen.
  const [start] = useState(() => policiesOf(association));
  const [policies, setPolicies] = useState(start);
  const back = useCameFrom(paths.association(id));
  const { notify } = useNotifications();
  const { goSaved } = useGo();
  const update = useFsxMutation('UpdateDataRepositoryAssociation', {
    invalidates: ['DescribeDataRepositoryAssociations'],
  });
  useUnsavedChanges(policies !== start && !update.isSuccess);

  const input = { AssociationId: id, S3: policiesInput(policies) };
  const submit = () => {
    update.mutate(input, {
      onSuccess: () => {
        notify({ id: `updated-${id}`, type: 'success', header: 'Data repository association updated', content: id });
        goSaved(back);
      },
    });
    return true;
  };

  return (
    <ResourceForm
      submitText="Update"
      back={back}
      pending={update.isPending}
      error={update.error}
      onSubmit={submit}
      command={{
        does: 'update this data repository association',
        callsOf: () => [{ operation: 'UpdateDataRepositoryAssociation', input }],
      }}
    >
      <Container header={<Header variant="h2">Data repository association</Header>}>
        <SpaceBetween size="m">
          <KeyValuePairs
            columns={3}
            items={[
              { label: 'Association ID', value: id },
              { label: 'File system path', value: visibleText(association.FileSystemPath ?? '-') },
              { label: 'Data repository path', value: visibleText(association.DataRepositoryPath ?? '-') },
            ]}
          />
          <Box color="text-body-secondary">
            Paths cannot be changed. To link other ones, delete the association and create another.
          </Box>
        </SpaceBetween>
      </Container>
      <PolicyFields policies={policies} onChange={setPolicies} />
    </ResourceForm>
  );
};
