import Link from '@cloudscape-design/components/link';
import { createContext, useContext } from 'react';

/** Opens the help of the page in view; undefined where there is none. */
export const HelpContext = createContext<(() => void) | undefined>(undefined);

/** Info, beside a heading: opens the help panel. */
export const HelpLink = ({ about }: { readonly about: string }) => {
  const open = useContext(HelpContext);
  if (!open) return null;
  return (
    <Link variant="info" ariaLabel={`Info about ${about}`} onFollow={open}>
      Info
    </Link>
  );
};
