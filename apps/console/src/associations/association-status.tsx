import Popover from '@cloudscape-design/components/popover';
import StatusIndicator, { type StatusIndicatorProps } from '@cloudscape-design/components/status-indicator';
import type { AssociationLifecycle, DataRepositoryAssociation } from '@drt/contract/associations';

const STATUS: Record<AssociationLifecycle, { readonly type: StatusIndicatorProps.Type; readonly word: string }> = {
  CREATING: { type: 'in-progress', word: 'Creating' },
  AVAILABLE: { type: 'success', word: 'Available' },
  MISCONFIGURED: { type: 'warning', word: 'Misconfigured' },
  UPDATING: { type: 'in-progress', word: 'Updating' },
  DELETING: { type: 'in-progress', word: 'Deleting' },
  FAILED: { type: 'error', word: 'Failed' },
};

/** The lifecycle with its icon; one that is broken says why on demand. */
export const AssociationStatus = ({ association }: { readonly association: DataRepositoryAssociation }) => {
  const { Lifecycle, FailureDetails, AssociationId = '' } = association;
  if (!Lifecycle) return '-';
  // A lifecycle that FSx adds later still shows, as what it is called.
  const { type, word } = Object.hasOwn(STATUS, Lifecycle)
    ? STATUS[Lifecycle]
    : ({ type: 'info', word: Lifecycle } as const);
  const indicator = <StatusIndicator type={type}>{word}</StatusIndicator>;
  if (!FailureDetails?.Message) return indicator;
  return (
    <Popover
      header="Failure details"
      content={FailureDetails.Message}
      dismissAriaLabel="Close"
      triggerAriaLabel={`${word}: show why for ${AssociationId}`}
      renderWithPortal
    >
      {indicator}
    </Popover>
  );
};
