import Header, { type HeaderProps } from '@cloudscape-design/components/header';
import { type ReactNode, useEffect, useRef } from 'react';
import { useLocation } from 'react-router';

import { HelpLink } from './help-link.tsx';

interface PageHeaderProps {
  readonly title: string;
  readonly counter?: string | undefined;
  readonly description?: ReactNode;
  readonly actions?: ReactNode;
  readonly variant?: HeaderProps['variant'];
}

/**
 * The h1 of a page. It takes the focus after a navigation inside the console, so that keyboard and screen reader go on
 * from the new page; a page that is opened directly leaves the focus to the browser.
 */
export const PageHeader = ({ title, counter, description, actions, variant = 'h1' }: PageHeaderProps) => {
  const wrapper = useRef<HTMLDivElement>(null);
  const opened = useLocation().key === 'default';
  const takesFocus = useRef(!opened);
  useEffect(() => {
    const heading = wrapper.current?.querySelector('h1');
    if (!heading || !takesFocus.current) return;
    // A dialog that was opened while the page was on its way keeps it.
    if (document.activeElement?.closest('[role="dialog"]')) return;
    heading.tabIndex = -1;
    heading.focus({ preventScroll: true });
  }, []);
  return (
    <div ref={wrapper}>
      <Header
        variant={variant}
        actions={actions}
        info={<HelpLink about={title} />}
        {...(counter ? { counter } : {})}
        {...(description ? { description } : {})}
      >
        {title}
      </Header>
    </div>
  );
};
