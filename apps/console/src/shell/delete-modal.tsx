import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ReactNode, type SubmitEvent, useState } from 'react';

import { CliCommandSection } from './cli-command-text.tsx';
import type { CliCall } from './cli-command.ts';
import { ConfirmField } from './confirm-field.tsx';
import { Refusal } from './resource-form.tsx';

interface DeleteModalProps {
  readonly id: string;
  /** What is deleted, inside a sentence: `file system`. */
  readonly kind: string;
  /** The ID must be typed: data is at stake. */
  readonly typeToConfirm: boolean;
  readonly pending: boolean;
  /** Why the server refused; the modal stays, with what was typed. */
  readonly error: Error | null;
  readonly onConfirm: () => void;
  readonly onClose: () => void;
  /** The request that deletes. */
  readonly call: CliCall;
  readonly children: ReactNode;
}

const FORM = 'delete-form';

/** Asks before a resource is deleted. */
export const DeleteModal = (props: DeleteModalProps) => {
  const { id, kind, typeToConfirm, pending, error, onConfirm, onClose, call, children } = props;
  const [typed, setTyped] = useState('');
  // A field that appears after a click must not take the focus from what was clicked.
  const [fromStart] = useState(typeToConfirm);
  const ready = !typeToConfirm || typed.trim() === id;

  const submit = (event: SubmitEvent) => {
    event.preventDefault();
    if (ready && !pending) onConfirm();
  };

  return (
    <Modal
      visible
      header={`Delete ${kind}`}
      closeAriaLabel="Close"
      onDismiss={() => !pending && onClose()}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" disabled={pending} onClick={onClose}>
              Cancel
            </Button>
            <Button variant="primary" formAction="submit" form={FORM} disabled={!ready} loading={pending}>
              Delete
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <form id={FORM} onSubmit={submit}>
        <SpaceBetween size="m">
          <Box variant="span">
            Delete {kind} <b>{id}</b>?
          </Box>
          {children}
          {typeToConfirm ? (
            <ConfirmField
              label={`To confirm, type the ${kind} ID`}
              constraintText="The ID must match exactly."
              expected={id}
              typed={typed}
              onType={setTyped}
              takesFocus={fromStart}
            />
          ) : null}
          {error ? <Refusal error={error} /> : null}
          <CliCommandSection calls={[call]} />
        </SpaceBetween>
      </form>
    </Modal>
  );
};
