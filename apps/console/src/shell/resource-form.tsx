import type { AlertProps } from '@cloudscape-design/components/alert';
import Button from '@cloudscape-design/components/button';
import Form from '@cloudscape-design/components/form';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, type SubmitEvent, useEffect, useRef } from 'react';

import { hasCode } from '../api/errors.ts';
import { FailureAlert } from './failure.tsx';
import { useGo } from './leave-guard.tsx';

interface ResourceFormProps {
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
  readonly children: ReactNode;
}

/** A single-page form: sends once, takes the user to the first wrong field or to the refusal, and asks before it is left. */
export const ResourceForm = (props: ResourceFormProps) => {
  const { submitText, back, pending, error, onSubmit, onNewRequest, children } = props;
  const { go } = useGo();
  const element = useRef<HTMLFormElement>(null);

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (pending || onSubmit()) return;
    // The errors are on the page after this render.
    requestAnimationFrame(() => element.current?.querySelector<HTMLElement>('[aria-invalid="true"]')?.focus());
  };

  return (
    <form ref={element} onSubmit={submit} noValidate>
      <Form
        actions={
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" formAction="none" onClick={() => go(back)}>
              Cancel
            </Button>
            <Button variant="primary" loading={pending}>
              {submitText}
            </Button>
          </SpaceBetween>
        }
      >
        <SpaceBetween size="l">
          {children}
          {error ? <Refusal error={error} onNewRequest={onNewRequest} /> : null}
        </SpaceBetween>
      </Form>
    </form>
  );
};

interface RefusalProps {
  readonly error: Error;
  readonly onNewRequest?: (() => void) | undefined;
}

/** Takes the focus, because it appears far from where the user looks. */
export const Refusal = ({ error, onNewRequest }: RefusalProps) => {
  const alert = useRef<AlertProps.Ref>(null);
  useEffect(() => alert.current?.focus(), [error]);
  const again = hasCode(error, 'IncompatibleParameterError') ? onNewRequest : undefined;
  return <FailureAlert ref={alert} error={error} onRetry={again} retryText="Submit as a new request" />;
};
