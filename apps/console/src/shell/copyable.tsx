import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';

import { visibleText } from './visible-text.ts';

interface CopyableProps {
  readonly text: string | undefined;
  /** What the text is, e.g. `Task ID`. */
  readonly name: string;
}

/** A value in full, with a button that copies it. */
export const Copyable = ({ text, name }: CopyableProps) =>
  text ? (
    <CopyToClipboard
      variant="inline"
      textToCopy={text}
      textToDisplay={visibleText(text)}
      copyButtonAriaLabel={`Copy ${name}`}
      copySuccessText={`${name} copied`}
      copyErrorText={`${name} could not be copied`}
    />
  ) : (
    '-'
  );
