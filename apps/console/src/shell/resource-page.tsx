import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { lazy, type ReactNode, Suspense } from 'react';

import { hasCode, isForbidden } from '../api/errors.ts';
import { useOffer } from './commands.ts';
import { FailureAlert, NotFound } from './failure.tsx';
import { PageHeader } from './page-header.tsx';

const NoPermission = lazy(async () => ({ default: (await import('./no-permission.tsx')).NoPermission }));

/** Labels in their order, each with a text that takes as much room as what will stand there. */
type Facts = Readonly<Record<string, string>>;

interface ResourcePageProps {
  readonly id: string;
  /** What the resource is, as a sentence begins: `File system`. */
  readonly kind: string;
  /** The h1, when it is not the ID. */
  readonly title?: string | undefined;
  /** The FSx error that says that there is no such resource. */
  readonly notFoundCode: string;
  readonly back: { readonly href: string; readonly text: string };
  readonly query: {
    readonly error: unknown;
    readonly isPending: boolean;
    /** It failed before anything had come. */
    readonly isLoadingError: boolean;
    readonly refetch: () => unknown;
  };
  readonly actions?: ReactNode;
  /** What its summary will tell, so that the page has its shape before that is known; none for a form. */
  readonly facts?: Facts;
  readonly children: ReactNode;
}

/** The page of one resource: its name at once, then what is known of it, or that it does not exist. */
export const ResourcePage = (props: ResourcePageProps) => {
  const { id, kind, title = id, notFoundCode, back, query, actions, facts, children } = props;
  const { error, isPending, isLoadingError, refetch } = query;
  useOffer('refresh', () => void refetch());
  // An ID that is not even shaped like one is a bad request, and no more there than an unknown one.
  if (hasCode(error, notFoundCode) || hasCode(error, 'BadRequest')) {
    return (
      <NotFound title={`${kind} not found`} backTo={back.href} backText={back.text}>
        There is no {kind.toLowerCase()} with the ID {id}.
      </NotFound>
    );
  }
  if (isLoadingError && isForbidden(error)) {
    return (
      <Suspense>
        <NoPermission title={title} error={error} onRetry={() => void refetch()} />
      </Suspense>
    );
  }
  return (
    <SpaceBetween size="l">
      <PageHeader title={title} actions={actions} />
      {error ? <FailureAlert error={error} onRetry={() => void refetch()} /> : null}
      {isPending && facts ? <Outline facts={facts} /> : null}
      {isPending && !facts ? <StatusIndicator type="loading">Loading {kind.toLowerCase()}</StatusIndicator> : null}
      {children}
    </SpaceBetween>
  );
};

/** The summary before its facts are known. */
const Outline = ({ facts }: { readonly facts: Facts }) => (
  <Container header={<Header variant="h2">Summary</Header>}>
    <KeyValuePairs
      columns={4}
      items={Object.entries(facts).map(([label, text]) => ({
        label,
        value: (
          <span aria-hidden style={{ visibility: 'hidden', overflowWrap: 'anywhere' }}>
            {text}
          </span>
        ),
      }))}
    />
  </Container>
);

/** A time as long as they come. */
export const SOME_TIME = 'November 30, 2026, 00:00:00 (UTC+00:00)';

/** As wide as a text with the button that copies it. */
export const withCopy = (text: string) => `|-| ${text}`;

export const someArn = (resource: string) => withCopy(`arn:aws:fsx:us-east-1:123456789012:${resource}`);
