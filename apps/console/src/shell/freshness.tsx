import Box from '@cloudscape-design/components/box';
import StatusIndicator from '@cloudscape-design/components/status-indicator';

import { explainFailure } from '../api/errors.ts';
import { formatClock } from './time.ts';

interface FreshnessProps {
  /** When it was fetched or told, in ms since 1970; 0 = never. */
  readonly updatedAt: number;
  /** Why it could not be fetched again. */
  readonly error: unknown;
  /** The server tells of changes as they happen. */
  readonly isLive?: boolean;
  /** The time is worth its place. */
  readonly showsTime: boolean;
}

/** How far what is shown can be trusted: live, as of a time, or not fetched again since then. */
export const Freshness = ({ updatedAt, error, isLive = false, showsTime }: FreshnessProps) => {
  if (updatedAt === 0) return null;
  const at = formatClock(new Date(updatedAt));
  if (error !== null) {
    return (
      <StatusIndicator type="warning">{`Not updated since ${at}. ${explainFailure(error).header}.`}</StatusIndicator>
    );
  }
  if (isLive) return <StatusIndicator type="success">Live</StatusIndicator>;
  if (!showsTime) return null;
  return (
    <Box variant="small" color="text-body-secondary">
      Updated {at}
    </Box>
  );
};
