import Alert, { type AlertProps } from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { Component, type ReactNode, type Ref } from 'react';

import { explainFailure } from '../api/errors.ts';
import { PageHeader } from './page-header.tsx';
import { RouteLink } from './route-link.tsx';

interface FailureAlertProps {
  readonly error: unknown;
  /** What to press to try again. */
  readonly onRetry?: (() => void) | undefined;
  readonly retryText?: string;
  /** Said after the explanation, e.g. a link. */
  readonly children?: ReactNode;
  readonly ref?: Ref<AlertProps.Ref>;
}

/** Why a request failed and what to do next. */
export const FailureAlert = ({ error, onRetry, retryText = 'Retry', children, ref }: FailureAlertProps) => {
  const { header, content, requestId } = explainFailure(error);
  return (
    <Alert
      {...(ref ? { ref } : {})}
      type="error"
      statusIconAriaLabel="Error"
      header={header}
      {...(onRetry
        ? {
            // Not a submit button of the form that it may stand in.
            action: (
              <Button formAction="none" onClick={onRetry}>
                {retryText}
              </Button>
            ),
          }
        : {})}
    >
      <SpaceBetween size="xxs">
        <span>{content}</span>
        {children}
        {requestId ? <Box variant="small">Request ID: {requestId}</Box> : null}
      </SpaceBetween>
    </Alert>
  );
};

interface NotFoundProps {
  readonly title: string;
  readonly children: ReactNode;
  readonly backTo: string;
  readonly backText: string;
}

/** A whole page for something that does not exist. */
export const NotFound = ({ title, children, backTo, backText }: NotFoundProps) => (
  <SpaceBetween size="m">
    <PageHeader title={title} />
    <Box variant="p">{children}</Box>
    <RouteLink href={backTo}>{backText}</RouteLink>
  </SpaceBetween>
);

interface BoundaryState {
  readonly failed: boolean;
}

/** Keeps one broken page from taking the shell with it: a new version of the console, or a bug of ours. */
export class PageBoundary extends Component<{ readonly children: ReactNode }, BoundaryState> {
  override state: BoundaryState = { failed: false };

  static getDerivedStateFromError(): BoundaryState {
    return { failed: true };
  }

  override render() {
    if (!this.state.failed) return this.props.children;
    return (
      <SpaceBetween size="m">
        <PageHeader title="This page could not be shown" />
        <Box variant="p">The console may have been updated since this tab was opened. Reload the page to go on.</Box>
        <Button variant="primary" onClick={() => location.reload()}>
          Reload
        </Button>
      </SpaceBetween>
    );
  }
}
