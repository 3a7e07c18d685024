import CopyToClipboard from '@cloudscape-design/components/copy-to-clipboard';

import { visibleText } from './visible-text.ts';

interface CopyableProps {
  readonly text: string | undefined;
  /** What the text is, e.g. `Task ID`. */
  readonly name: string;
}

/** A value in full, so that people see what it is, with a button that copies just what it is. */
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
