import Button from '@cloudscape-design/components/button';
import { lazy, Suspense, useState, useTransition } from 'react';

import type { TablePreferencesProps } from './table-preferences-dialog.tsx';

const TablePreferencesDialog = lazy(async () => ({
  default: (await import('./table-preferences-dialog.tsx')).TablePreferencesDialog,
}));

/** The button with the gear. What is behind it is larger than a page's own code, so it comes with the first click. */
export const TablePreferencesButton = (props: TablePreferencesProps) => {
  const [opened, setOpened] = useState(false);
  // The button stays where it is until the dialog is there.
  const [opening, startOpening] = useTransition();
  return (
    <Suspense fallback={null}>
      {opened ? (
        <TablePreferencesDialog {...props} />
      ) : (
        <Button
          variant="icon"
          iconName="settings"
          ariaLabel="Preferences"
          formAction="none"
          loading={opening}
          onClick={() => startOpening(() => setOpened(true))}
        />
      )}
    </Suspense>
  );
};
