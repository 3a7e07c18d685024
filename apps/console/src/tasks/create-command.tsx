import Button from '@cloudscape-design/components/button';
import type { Input } from '@drt/contract';
import { lazy, Suspense, useState } from 'react';

type CreateInput = Input<'CreateDataRepositoryTask'>;

const CreateCommandModal = lazy(async () => ({ default: (await import('./cli-commands.tsx')).CreateCommand }));

interface CreateCommandButtonProps {
  /** What the form would send; undefined when the form has errors, which it then shows. */
  readonly inputOf: () => CreateInput | undefined;
}

/** The AWS CLI command that creates the task of a form. */
export const CreateCommandButton = ({ inputOf }: CreateCommandButtonProps) => {
  const [input, setInput] = useState<CreateInput>();
  return (
    <>
      <Button formAction="none" onClick={() => setInput(inputOf())}>
        Show CLI command
      </Button>
      {input ? (
        <Suspense fallback={null}>
          <CreateCommandModal input={input} onClose={() => setInput(undefined)} />
        </Suspense>
      ) : null}
    </>
  );
};
