import { useState } from 'react';

const PLACE = { position: 'absolute', zIndex: 10_000, insetInlineStart: '8px' } as const;

/** The first stop of the Tab key: leads past top bar and navigation to the page itself. Seen only while it has the focus. */
export const SkipLink = () => {
  const [focused, setFocused] = useState(false);
  const skip = () => {
    const heading = document.querySelector<HTMLElement>('main h1, h1');
    if (!heading) return;
    heading.tabIndex = -1;
    heading.focus();
  };
  return (
    <button
      type="button"
      onFocus={() => setFocused(true)}
      onBlur={() => setFocused(false)}
      onClick={skip}
      style={
        focused
          ? {
              ...PLACE,
              top: '8px',
              padding: '4px 12px',
              border: '2px solid',
              borderRadius: '8px',
              background: 'Canvas',
              color: 'CanvasText',
              font: 'inherit',
            }
          : { ...PLACE, top: '-100px' }
      }
    >
      Skip to main content
    </button>
  );
};
