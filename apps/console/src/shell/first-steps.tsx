import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';
import ExpandableSection from '@cloudscape-design/components/expandable-section';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Steps, { type StepsProps } from '@cloudscape-design/components/steps';
import { useQuery } from '@tanstack/react-query';
import type { ReactNode } from 'react';

import { contextQuery } from '../api/fsx.ts';
import { allAssociationsQuery } from '../associations/queries.ts';
import { fileSystemsQuery } from '../file-systems/queries.ts';
import { CREATE_ASSOCIATION, CREATE_FILE_SYSTEM, paths } from '../paths.ts';
import { useTaskPage } from '../tasks/queries.ts';
import { NEWEST_FIRST, NO_FILTER } from '../tasks/task-query.ts';
import { type FirstSteps, firstStepsScript } from './first-steps-script.ts';
import { RouteLink } from './route-link.tsx';
import { changeSettings, useSettings } from './settings.ts';

/** What an account has of what a task needs; undefined as long as that is not known, or once it has a task. */
const useProgress = (): FirstSteps | undefined => {
  const { data: context } = useQuery(contextQuery);
  const { data: fileSystems } = useQuery(fileSystemsQuery);
  const { data: associations } = useQuery(allAssociationsQuery);
  const { data: tasks } = useTaskPage({ filter: NO_FILTER, sort: NEWEST_FIRST, page: 1, pageSize: 1 });
  if (!context || !fileSystems || !associations || !tasks) return undefined;
  if (tasks.total > 0 || !tasks.complete) return undefined;
  const link = associations.find((each) => each.Lifecycle !== 'DELETING' && each.Lifecycle !== 'FAILED');
  const lustre = fileSystems.filter((each) => each.FileSystemType === 'LUSTRE' && each.Lifecycle !== 'DELETING');
  return {
    region: context.region,
    endpoint: context.target === 'engine' ? location.origin : undefined,
    fileSystemId: link?.FileSystemId ?? lustre[0]?.FileSystemId,
    associationId: link?.AssociationId,
  };
};

interface FirstStepsGuideProps {
  /** What stands here when there is nothing to guide through. */
  readonly children: ReactNode;
}

/** Leads an account without tasks to its first one; on any other it shows its children. */
export const FirstStepsGuide = ({ children }: FirstStepsGuideProps) => {
  const { guide } = useSettings();
  const progress = useProgress();
  if (!progress) return children;
  if (!guide) {
    return (
      <SpaceBetween size="xs">
        {children}
        <Button variant="inline-link" onClick={() => changeSettings({ guide: true })}>
          Show first steps
        </Button>
      </SpaceBetween>
    );
  }
  return (
    <section aria-label="First steps" style={{ maxWidth: '46rem', margin: '0 auto', textAlign: 'left' }}>
      <SpaceBetween size="m">
        <div>
          <Box variant="h2">First steps</Box>
          <Box variant="p" color="text-body-secondary">
            Three steps from an empty account to files that move between a file system and S3.
          </Box>
        </div>
        <Steps ariaLabel="First steps" steps={stepsOf(progress)} />
        <ExpandableSection headerText="The same with the AWS CLI">
          <Script script={firstStepsScript(progress)} />
        </ExpandableSection>
        <Button onClick={() => changeSettings({ guide: false })}>Hide first steps</Button>
      </SpaceBetween>
    </section>
  );
};

const LOOKS = {
  done: { status: 'success', statusIconAriaLabel: 'Done' },
  next: { status: 'info', statusIconAriaLabel: 'Next' },
  later: { status: 'pending', statusIconAriaLabel: 'Later' },
} satisfies Record<string, Partial<StepsProps.Step>>;

const look = (isDone: boolean, isPossible: boolean) => LOOKS[isDone ? 'done' : isPossible ? 'next' : 'later'];

const stepsOf = (progress: FirstSteps): StepsProps.Step[] => {
  const hasFileSystem = progress.fileSystemId !== undefined;
  const hasLink = progress.associationId !== undefined;
  return [
    { header: `1. ${CREATE_FILE_SYSTEM}`, details: <FileSystemStep {...progress} />, ...look(hasFileSystem, true) },
    { header: '2. Link a data repository', details: <LinkStep {...progress} />, ...look(hasLink, hasFileSystem) },
    { header: '3. Create a task', details: <TaskStep {...progress} />, ...look(false, hasLink) },
  ];
};

const FileSystemStep = ({ endpoint, fileSystemId }: FirstSteps) => {
  if (fileSystemId) return <RouteLink href={paths.fileSystem(fileSystemId)}>{fileSystemId}</RouteLink>;
  if (!endpoint) return 'Amazon FSx file systems are created in the AWS console or with the AWS CLI.';
  return (
    <>
      A new directory of this server, or one that is there already.{' '}
      <RouteLink href={paths.createFileSystem()}>{CREATE_FILE_SYSTEM}</RouteLink>
    </>
  );
};

const LinkStep = ({ fileSystemId, associationId }: FirstSteps) => {
  if (associationId) return <RouteLink href={paths.association(associationId)}>{associationId}</RouteLink>;
  return (
    <>
      One of its directories with a path in S3.{' '}
      {fileSystemId ? <RouteLink href={paths.createAssociation(fileSystemId)}>{CREATE_ASSOCIATION}</RouteLink> : null}
    </>
  );
};

const TaskStep = ({ fileSystemId, associationId }: FirstSteps) => {
  const from = { fileSystemId, associationIds: associationId ? [associationId] : [] };
  return (
    <>
      An export writes files to S3, an import brings objects into the file system.{' '}
      {associationId ? (
        <>
          <RouteLink href={paths.createTask('export', from)}>Create export task</RouteLink> or{' '}
          <RouteLink href={paths.createTask('import', from)}>create import task</RouteLink>
        </>
      ) : null}
    </>
  );
};

const Script = ({ script }: { readonly script: string }) => (
  <SpaceBetween size="xs">
    <Box variant="code">
      <pre style={{ margin: 0, fontFamily: 'monospace', whiteSpace: 'pre-wrap', overflowWrap: 'anywhere' }}>
        {script}
      </pre>
    </Box>
    <CopyToClipboard
      textToCopy={script}
      copyButtonText="Copy"
      copyButtonAriaLabel="Copy script"
      copySuccessText="Script copied"
      copyErrorText="Script could not be copied"
      popoverRenderWithPortal
    />
  </SpaceBetween>
);
