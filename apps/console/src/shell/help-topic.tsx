import Box from '@cloudscape-design/components/box';
import HelpPanel from '@cloudscape-design/components/help-panel';
import type { ReactNode } from 'react';

interface HelpTopicProps {
  readonly title: string;
  /** What the page is for, in a sentence or two. */
  readonly children: ReactNode;
  readonly terms?: readonly Term[];
  readonly limits?: readonly ReactNode[];
  /** The operations of `aws fsx` that do the same. */
  readonly commands?: readonly string[];
}

interface Term {
  readonly term: string;
  readonly means: ReactNode;
}

/** What the help panel says of one page. */
export const HelpTopic = ({ title, children, terms = [], limits = [], commands = [] }: HelpTopicProps) => (
  <HelpPanel
    header={<h2>{title}</h2>}
    footer={
      commands.length > 0 ? (
        <>
          <h3>With the AWS CLI</h3>
          {commands.map((command) => (
            <p key={command}>
              <Box variant="code">aws fsx {command}</Box>
            </p>
          ))}
        </>
      ) : undefined
    }
  >
    <p>{children}</p>
    {terms.length > 0 ? (
      <>
        <h3>Words</h3>
        <dl>
          {terms.map(({ term, means }) => (
            <div key={term}>
              <dt>{term}</dt>
              <dd>{means}</dd>
            </div>
          ))}
        </dl>
      </>
    ) : null}
    {limits.length > 0 ? (
      <>
        <h3>Good to know</h3>
        <ul>
          {limits.map((limit, index) => (
            <li key={String(index)}>{limit}</li>
          ))}
        </ul>
      </>
    ) : null}
  </HelpPanel>
);
