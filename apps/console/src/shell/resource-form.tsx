import type { AlertProps } from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Form from '@cloudscape-design/components/form';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, type SubmitEvent, useEffect, useRef } from 'react';

import { hasCode, isTransient } from '../api/errors.ts';
import { CliCommandButton, type CliCommandButtonProps } from './cli-command-button.tsx';
import { FailureAlert } from './failure.tsx';
import { useGo } from './leave-guard.tsx';

interface ResourceFormProps {
  /** The h1, where the page around the form has none. */
  readonly header?: ReactNode;
  readonly submitText: string;
  /** Where Cancel leads. */
  readonly back: string;
  readonly pending: boolean;
  /** Why the server refused; shown above the buttons, with all input kept. */
  readonly error: Error | null;
  /** Sends the form. False when something has to be corrected first, which is then shown. */
  readonly onSubmit: () => boolean;
  /** Sends it with a new token, after a request with the same token but other values. */
  readonly onNewRequest?: () => void;
  /** Stands where the refusal stands, and knows more about it. */
  readonly verdict?: ReactNode;
  /** The AWS CLI commands that do the same; `callsOf` answers undefined when something has to be corrected first. */
  readonly command: CliCommandButtonProps;
  readonly children: ReactNode;
}

/** A single-page form: sends once, takes the user to the first wrong field or to the refusal, and asks before it is left. */
export const ResourceForm = (props: ResourceFormProps) => {
  const { header, submitText, back, pending, error, onSubmit, onNewRequest, command, children } = props;
  const { verdict = error ? <Refusal error={error} onNewRequest={onNewRequest} /> : null } = props;
  const { go } = useGo();
  const element = useRef<HTMLFormElement>(null);

  const focusFirstError = () => {
    // The errors are on the page after this render.
    requestAnimationFrame(() => element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };
  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (!pending && !onSubmit()) focusFirstError();
  };
  const callsOf = () => {
    const calls = command.callsOf();
    if (!calls) focusFirstError();
    return calls;
  };

  return (
    // Names of files, buckets and tags need not have a place to break at.
    <form ref={element} onSubmit={submit} noValidate style={{ overflowWrap: 'anywhere' }}>
      <Form
        header={header}
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" onClick={() => go(back)}>
              Cancel
            </Button>
            <CliCommandButton {...command} callsOf={callsOf} />
            <Button variant="primary" loading={pending}>
              {submitText}
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          {children}
          {verdict}
        </SpaceBetween>
      </Form>
    </form>
  );
};

interface RefusalProps {
  readonly error: Error;
  /** Sends the same request, with the same token, where that can help. */
  readonly onRetry?: (() => void) | undefined;
  readonly onNewRequest?: (() => void) | undefined;
  /** Said after the explanation, e.g. a link. */
  readonly children?: ReactNode;
}

/** Takes the focus, because it appears far from where the user looks. */
export const Refusal = ({ error, onRetry, onNewRequest, children }: RefusalProps) => {
  const alert = useRef<AlertProps.Ref>(null);
  useEffect(() => alert.current?.focus(), [error]);
  const isUsed = hasCode(error, 'IncompatibleParameterError');
  return (
    <FailureAlert
      ref={alert}
      error={error}
      onRetry={isUsed ? onNewRequest : isTransient(error) ? onRetry : undefined}
      retryText={isUsed ? 'Submit as a new request' : 'Retry'}
    >
      {children}
    </FailureAlert>
  );
};
