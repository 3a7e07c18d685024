import Box from '@cloudscape-design/components/box';
import Button from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Modal from '@cloudscape-design/components/modal';
import SegmentedControl from '@cloudscape-design/components/segmented-control';
import Select, { type SelectProps } from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import Toggle from '@cloudscape-design/components/toggle';
import { useMemo, useState } from 'react';

import { changeSettings, DENSITIES, THEMES, useSettings } from './settings.ts';
import { formatTimeWithZone, offsetIn } from './time.ts';

const word = (id: string) => id.charAt(0).toUpperCase() + id.slice(1);

const optionsOf = (ids: readonly string[]) => ids.map((id) => ({ id, text: word(id) }));

const zoneOptions = (now: Date): SelectProps.Option[] => {
  const zones = ['UTC', ...Intl.supportedValuesOf('timeZone').filter((zone) => zone !== 'UTC')];
  const browser = new Intl.DateTimeFormat('en').resolvedOptions().timeZone;
  return [
    { value: 'browser', label: `Browser's zone (${browser})`, labelTag: `UTC${offsetIn('browser', now)}` },
    ...zones.map((value) => ({
      value,
      label: value,
      labelTag: `UTC${offsetIn(value, now)}`,
      // `new york` finds America/New_York.
      filteringTags: [value.replaceAll('_', ' ')],
    })),
  ];
};

/** How this browser shows the console. Each choice holds at once. */
export const SettingsModal = ({ onClose }: { readonly onClose: () => void }) => {
  const { theme, density, zone, shortcuts } = useSettings();
  const [now] = useState(() => new Date());
  const zones = useMemo(() => zoneOptions(now), [now]);
  // A name that the browser knows but does not list, such as an earlier name of a zone.
  const chosen = zones.find(({ value }) => value === zone) ?? { value: zone, label: zone };
  return (
    <Modal
      visible
      header="Settings"
      closeAriaLabel="Close"
      onDismiss={onClose}
      footer={
        <Box float="right">
          <Button variant="primary" onClick={onClose}>
            Close
          </Button>
        </Box>
      }
    >
      <SpaceBetween size="l">
        <FormField label="Theme" stretch>
          <SegmentedControl
            label="Theme"
            selectedId={theme}
            options={optionsOf(THEMES)}
            onChange={({ detail }) => {
              const id = THEMES.find((each) => each === detail.selectedId);
              if (id) changeSettings({ theme: id });
            }}
          />
        </FormField>
        <FormField label="Density" stretch>
          <SegmentedControl
            label="Density"
            selectedId={density}
            options={optionsOf(DENSITIES)}
            onChange={({ detail }) => {
              const id = DENSITIES.find((each) => each === detail.selectedId);
              if (id) changeSettings({ density: id });
            }}
          />
        </FormField>
        <FormField
          label="Time zone"
          description="Of all times, and of the days in filters. Exported files keep UTC."
          constraintText={`It is ${formatTimeWithZone(now)}.`}
          stretch
        >
          <Select
            selectedOption={chosen}
            options={zones}
            filteringType="auto"
            filteringPlaceholder="Find a zone"
            filteringAriaLabel="Find a zone"
            empty="No such zone"
            virtualScroll
            expandToViewport
            onChange={({ detail }) => changeSettings({ zone: detail.selectedOption.value ?? 'browser' })}
          />
        </FormField>
        <Toggle
          checked={shortcuts}
          description="Single keys such as r to refresh. Ctrl+K opens the search in any case."
          onChange={({ detail }) => changeSettings({ shortcuts: detail.checked })}
        >
          Keyboard shortcuts
        </Toggle>
        <Box variant="small" color="text-body-secondary">
          Settings are kept in this browser.
        </Box>
      </SpaceBetween>
    </Modal>
  );
};
