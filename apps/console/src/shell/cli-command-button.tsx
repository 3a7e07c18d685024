import Button from '@cloudscape-design/components/button';
import { lazy, Suspense, useState } from 'react';

import type { CliCall } from './cli-command.ts';

const CliCommandModal = lazy(async () => ({ default: (await import('./cli-command-modal.tsx')).CliCommandModal }));

export interface CliCommandButtonProps {
  /** What the commands do, to the end of "AWS CLI command to". */
  readonly does: string;
  readonly caveat?: string | undefined;
  /** What the form would send; undefined when the form has errors, which it then shows. */
  readonly callsOf: () => readonly CliCall[] | undefined;
}

/** Shows the AWS CLI commands that do the same as the form around the button. */
export const CliCommandButton = ({ does, caveat, callsOf }: CliCommandButtonProps) => {
  const [calls, setCalls] = useState<readonly CliCall[]>();
  return (
    <>
      <Button formAction="none" onClick={() => setCalls(callsOf())}>
        Show CLI command
      </Button>
      {calls ? (
        <Suspense fallback={null}>
          <CliCommandModal does={does} calls={calls} caveat={caveat} onClose={() => setCalls(undefined)} />
        </Suspense>
      ) : null}
    </>
  );
};
