import { visibleText } from './visible-text.ts';

/** A name in full, so that people see what it is. It may have no place to break at, so it breaks anywhere. */
export const NameText = ({ text }: { readonly text: string }) => (
  <span style={{ overflowWrap: 'anywhere' }}>{visibleText(text)}</span>
);
