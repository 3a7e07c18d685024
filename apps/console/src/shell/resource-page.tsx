import SpaceBetween from '@cloudscape-design/components/space-between';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import { lazy, type ReactNode, Suspense } from 'react';

import { hasCode, isForbidden } from '../api/errors.ts';
import { FailureAlert, NotFound } from './failure.tsx';
import { PageHeader } from './page-header.tsx';

const NoPermission = lazy(async () => ({ default: (await import('./no-permission.tsx')).NoPermission }));

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
  readonly children: ReactNode;
}

/** The page of one resource: its name at once, then what is known of it, or that it does not exist. */
export const ResourcePage = (props: ResourcePageProps) => {
  const { id, kind, title = id, notFoundCode, back, query, actions, children } = props;
  const { error, isPending, isLoadingError, refetch } = query;
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
      {isPending ? <StatusIndicator type="loading">Loading {kind.toLowerCase()}</StatusIndicator> : null}
      {children}
    </SpaceBetween>
  );
};
