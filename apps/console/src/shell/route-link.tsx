import Link from '@cloudscape-design/components/link';
import type { ReactNode } from 'react';

import { useFollow } from './leave-guard.tsx';

interface RouteLinkProps {
  readonly href: string;
  readonly children: ReactNode;
  /** On a coloured background, as in a flash. */
  readonly inverted?: boolean;
}

/** A link to a page of the console. */
export const RouteLink = ({ href, children, inverted = false }: RouteLinkProps) => {
  const follow = useFollow();
  return (
    <Link href={href} variant="primary" color={inverted ? 'inverted' : 'normal'} fontSize="inherit" onFollow={follow}>
      {children}
    </Link>
  );
};
