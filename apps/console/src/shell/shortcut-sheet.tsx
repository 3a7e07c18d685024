import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import Modal from '@cloudscape-design/components/modal';
import SpaceBetween from '@cloudscape-design/components/space-between';

import { COMMAND_GROUPS, COMMANDS } from './commands.ts';
import { Keys } from './keys.tsx';
import { useSettings } from './settings.ts';
import { PALETTE_KEYS } from './shortcuts.ts';

interface ShortcutSheetProps {
  readonly onSettings: () => void;
  readonly onClose: () => void;
}

const ROWS = COMMAND_GROUPS.map((group) => ({
  group,
  rows: [
    ...(group === 'Console'
      ? [{ id: 'palette', text: 'Search pages, actions and resources', keys: PALETTE_KEYS }]
      : []),
    ...COMMANDS.flatMap((each) => (each.group === group && each.keys ? [{ ...each, keys: each.keys }] : [])),
  ],
}));

/** All keyboard shortcuts, by what they are about. */
export const ShortcutSheet = ({ onSettings, onClose }: ShortcutSheetProps) => {
  const { shortcuts } = useSettings();
  return (
    <Modal
      visible
      header="Keyboard shortcuts"
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <SpaceBetween direction="horizontal" size="xs">
            <Button variant="link" onClick={onSettings}>
              {shortcuts ? 'Turn off in settings' : 'Turn on in settings'}
            </Button>
            <Button variant="primary" onClick={onClose}>
              Close
            </Button>
          </SpaceBetween>
        </Box>
      }
    >
      <SpaceBetween size="l">
        {ROWS.map(({ group, rows }) => (
          <section key={group} aria-label={group}>
            <Box variant="h3" padding={{ bottom: 'xxs' }}>
              {group}
            </Box>
            <dl style={{ margin: 0 }}>
              {rows.map(({ id, text, keys }) => (
                <div
                  key={id}
                  style={{ display: 'flex', justifyContent: 'space-between', gap: '1rem', padding: '3px 0' }}
                >
                  <dt>{text}</dt>
                  <dd style={{ margin: 0, flexShrink: 0 }}>
                    <Keys keys={keys} />
                  </dd>
                </div>
              ))}
            </dl>
          </section>
        ))}
        <Box variant="small" color="text-body-secondary">
          {shortcuts
            ? 'Two keys are pressed one after the other. Shortcuts rest while text is typed or a dialog is open. On a Mac, Cmd stands for Ctrl.'
            : 'Single keys are turned off; Ctrl+K works in any case.'}
        </Box>
      </SpaceBetween>
    </Modal>
  );
};
