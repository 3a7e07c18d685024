import Alert from '@cloudscape-design/components/alert';
import Box from '@cloudscape-design/components/box';
import Button, { type ButtonProps } from '@cloudscape-design/components/button';
import FormField from '@cloudscape-design/components/form-field';
import Input, { type InputProps } from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { MAX_PATHS, MAX_PATHS_IN_FORMS } from '@drt/contract/tasks';
import { type ClipboardEvent, useRef, useState } from 'react';

import { visibleText } from '../shell/visible-text.ts';
import { pasteLines } from './task-form.ts';

interface PathListFieldProps {
  readonly label: string;
  readonly description: string;
  readonly placeholder: string;
  readonly paths: readonly string[];
  /** Row number, from 0, to what is wrong with it. */
  readonly errors: Readonly<Record<number, string>>;
  readonly countError: string | undefined;
  readonly onChange: (paths: readonly string[]) => void;
  /** Opens the picker; absent where there is none. */
  readonly onBrowse?: (() => void) | undefined;
  /** Why there is no picker, where people would look for one. */
  readonly browseHindrance?: string | undefined;
}

/** Paths, one per row. Pasting several lines makes several rows; an empty list means everything. */
export const PathListField = (props: PathListFieldProps) => {
  const { label, description, placeholder, paths, errors, countError, onChange, onBrowse, browseHindrance } = props;
  const inputs = useRef(new Map<number, InputProps.Ref>());
  const addButton = useRef<ButtonProps.Ref>(null);
  const [left, setLeft] = useState(0);

  // A duplicate may have more paths than the console adds; those it keeps.
  const isFull = paths.length >= MAX_PATHS_IN_FORMS;
  const cannotBrowse = browseHindrance ?? (isFull ? FULL : undefined);

  /** After the next render, when the rows are on the page as they are then. */
  const focusRow = (row: number) =>
    requestAnimationFrame(() => (inputs.current.get(row) ?? addButton.current)?.focus());

  const paste = (row: number) => (event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text/plain');
    if (!/[\r\n]/.test(text.trim())) return;
    event.preventDefault();
    const pasted = pasteLines(paths, row, text);
    onChange(pasted.paths);
    setLeft(pasted.left);
  };
  const remove = (row: number) => {
    onChange(paths.toSpliced(row, 1));
    setLeft(0);
    focusRow(Math.min(row, paths.length - 2));
  };
  const add = () => {
    onChange([...paths, '']);
    focusRow(paths.length);
  };

  return (
    <FormField
      label={
        <>
          {label} <i>- optional</i>
        </>
      }
      description={description}
      errorText={countError}
      stretch
    >
      <SpaceBetween size="s">
        {paths.map((path, row) => (
          <FormField
            // Rows have no identity but their place: two may hold the same text.
            key={row}
            errorText={errors[row]}
            constraintText={readsAs(path)}
            secondaryControl={
              <Button formAction="none" ariaLabel={`Remove path ${row + 1}`} onClick={() => remove(row)}>
                Remove
              </Button>
            }
          >
            <div onPaste={paste(row)}>
              <Input
                ref={(input) => {
                  if (input) inputs.current.set(row, input);
                  else inputs.current.delete(row);
                }}
                value={path}
                placeholder={placeholder}
                ariaLabel={`Path ${row + 1}`}
                spellcheck={false}
                autoComplete={false}
                onChange={({ detail }) => onChange(paths.with(row, detail.value))}
              />
            </div>
          </FormField>
        ))}
        {left > 0 ? (
          <Alert type="warning" statusIconAriaLabel="Warning">
            {`${left} of the pasted lines did not fit and were left out. A task takes at most ${MAX_PATHS} paths.`}
          </Alert>
        ) : null}
        <div>
          <SpaceBetween direction="horizontal" size="xs">
            <Button
              ref={addButton}
              formAction="none"
              disabled={isFull}
              disabledReason={isFull ? FULL : undefined}
              onClick={add}
            >
              Add path
            </Button>
            {onBrowse || browseHindrance ? (
              <Button
                formAction="none"
                disabled={cannotBrowse !== undefined}
                disabledReason={cannotBrowse}
                onClick={onBrowse}
              >
                Browse
              </Button>
            ) : null}
          </SpaceBetween>
          <Box variant="small" display="block" padding={{ top: 'xxs' }}>
            {roomText(paths.length)}
          </Box>
        </div>
      </SpaceBetween>
    </FormField>
  );
};

/** What a field cannot show: characters that are invisible or turn the direction, spaces at the ends. */
const readsAs = (path: string) => (visibleText(path) === path ? undefined : `Reads ${visibleText(path)}`);

const FULL = `Up to ${MAX_PATHS_IN_FORMS} paths can be added here`;

const roomText = (rows: number) => {
  const room = MAX_PATHS_IN_FORMS - rows;
  if (room > 0) return `You can add up to ${room} more ${room === 1 ? 'path' : 'paths'}.`;
  return room < 0
    ? `These are ${rows} paths, more than the ${MAX_PATHS_IN_FORMS} that can be added here. All are kept; the API takes up to ${MAX_PATHS}.`
    : `You have reached the limit of ${MAX_PATHS_IN_FORMS} paths.`;
};
