import { lazy, type ReactNode, Suspense } from 'react';

// Only an empty account needs it.
const FirstStepsGuide = lazy(async () => ({ default: (await import('./first-steps.tsx')).FirstStepsGuide }));

/** The place of the first steps in an empty list, and what stands there otherwise and until then. */
export const FirstSteps = ({ children }: { readonly children: ReactNode }) => (
  <Suspense fallback={children}>
    <FirstStepsGuide>{children}</FirstStepsGuide>
  </Suspense>
);
