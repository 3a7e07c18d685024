// oxlint-disable jsx-a11y/prefer-tag-over-role -- no tag lists options below an input that keeps the focus
import Box from '@cloudscape-design/components/box';
import { useEffect, useRef } from 'react';

import { Keys } from './keys.tsx';
import type { Result } from './palette-search.ts';

/** The ID of an option's element, for the input that points at it. */
export const optionId = (listId: string, index: number) => `${listId}-${index}`;

interface ResultListProps {
  readonly id: string;
  readonly results: readonly Result[];
  /** Index of the result that Enter takes. */
  readonly active: number;
  readonly onPoint: (index: number) => void;
  readonly onTake: (run: Result['run']) => void;
}

/** The list that belongs to the palette's input, which keeps the focus. */
export const ResultList = ({ id, results, active, onPoint, onTake }: ResultListProps) => {
  const numbered = results.map((result, index) => ({ ...result, index }));
  if (results.length === 0) return null;
  return (
    <div
      id={id}
      role="listbox"
      aria-label="Results"
      style={{ maxHeight: 'min(60vh, 34rem)', overflowY: 'auto', margin: '8px 0' }}
    >
      {[...Map.groupBy(numbered, ({ group }) => group)].map(([group, members]) => (
        <div key={group} role="group" aria-label={group}>
          <Box variant="small" color="text-body-secondary" fontWeight="bold" padding={{ top: 'xs', left: 'xs' }}>
            <span aria-hidden>{group}</span>
          </Box>
          {members.map(({ index, run, ...result }) => (
            <Option
              key={result.id}
              {...result}
              id={optionId(id, index)}
              active={index === active}
              onPoint={() => onPoint(index)}
              onTake={() => onTake(run)}
            />
          ))}
        </div>
      ))}
    </div>
  );
};

interface OptionProps extends Pick<Result, 'id' | 'text' | 'detail' | 'keys'> {
  readonly active: boolean;
  readonly onPoint: () => void;
  readonly onTake: () => void;
}

const Option = ({ id, text, detail, keys, active, onPoint, onTake }: OptionProps) => {
  const element = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (active) element.current?.scrollIntoView({ block: 'nearest' });
  }, [active]);
  return (
    // oxlint-disable-next-line jsx-a11y/click-events-have-key-events -- the input has the focus and takes the keys
    <div
      ref={element}
      id={id}
      role="option"
      aria-selected={active}
      tabIndex={-1}
      onMouseMove={onPoint}
      // The input keeps the focus.
      onMouseDown={(event) => event.preventDefault()}
      onClick={onTake}
      style={{
        display: 'flex',
        justifyContent: 'space-between',
        gap: '1rem',
        padding: '4px 8px',
        borderRadius: '8px',
        cursor: 'pointer',
        overflowWrap: 'anywhere',
        // Of the text's own colour, so that it suits either theme.
        ...(active
          ? {
              background: 'color-mix(in srgb, currentColor 10%, transparent)',
              outline: '2px solid',
              outlineOffset: '-2px',
            }
          : {}),
      }}
    >
      <span>
        {text}
        {detail ? (
          <Box variant="small" display="block" color="inherit">
            {detail}
          </Box>
        ) : null}
      </span>
      {keys ? <Keys keys={keys} /> : null}
    </div>
  );
};
