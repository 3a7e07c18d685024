import Alert from '@cloudscape-design/components/alert';
import AttributeEditor from '@cloudscape-design/components/attribute-editor';
import FormField from '@cloudscape-design/components/form-field';
import Input, { type InputProps } from '@cloudscape-design/components/input';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { type ClipboardEvent, useRef, useState } from 'react';

import { pasteLines } from './task-form.ts';

interface PathListFieldProps {
  readonly label: string;
  readonly description: string;
  readonly placeholder: string;
  readonly paths: readonly string[];
  readonly limit: number;
  /** Row number, from 0, to what is wrong with it. */
  readonly errors: Readonly<Record<number, string>>;
  readonly countError: string | undefined;
  readonly onChange: (paths: readonly string[]) => void;
}

/** Paths, one per row. Pasting several lines makes several rows; an empty list means everything. */
export const PathListField = (props: PathListFieldProps) => {
  const { label, description, placeholder, paths, limit, errors, countError, onChange } = props;
  const inputs = useRef(new Map<number, InputProps.Ref>());
  const [left, setLeft] = useState(0);

  const paste = (row: number) => (event: ClipboardEvent) => {
    const text = event.clipboardData.getData('text/plain');
    if (!/[\r\n]/.test(text.trim())) return;
    event.preventDefault();
    const pasted = pasteLines(paths, row, text);
    onChange(pasted.paths);
    setLeft(pasted.left);
  };

  const room = limit - paths.length;
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
        <AttributeEditor
          items={paths}
          definition={[
            {
              control: (path, row) => (
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
              ),
              errorText: (_path, row) => errors[row],
            },
          ]}
          empty="No paths: the task covers everything."
          addButtonText="Add path"
          removeButtonText="Remove"
          removeButtonAriaLabel={(path) => `Remove path ${path}`}
          disableAddButton={room <= 0}
          additionalInfo={
            room > 0 ? `You can add up to ${room} more ${room === 1 ? 'path' : 'paths'}.` : limitText(limit)
          }
          onAddButtonClick={() => {
            onChange([...paths, '']);
            // The new row is on the page after this render.
            requestAnimationFrame(() => inputs.current.get(paths.length)?.focus());
          }}
          onRemoveButtonClick={({ detail }) => {
            onChange(paths.toSpliced(detail.itemIndex, 1));
            setLeft(0);
          }}
        />
        {left > 0 ? (
          <Alert type="warning" statusIconAriaLabel="Warning">
            {`${left} of the pasted lines did not fit and were left out. A task takes at most 100 paths.`}
          </Alert>
        ) : null}
      </SpaceBetween>
    </FormField>
  );
};

const limitText = (limit: number) =>
  limit > 32
    ? `This task has ${limit} paths, more than the 32 that the console lets you add. All are kept; the API takes up to 100.`
    : `You have reached the limit of ${limit} paths.`;
