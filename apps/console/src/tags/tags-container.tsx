import Box from '@cloudscape-design/components/box';
import Button, { type ButtonProps } from '@cloudscape-design/components/button';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import StatusIndicator from '@cloudscape-design/components/status-indicator';
import type { Tag } from '@drt/contract/tags';
import { lazy, Suspense, useEffect, useRef, useState } from 'react';

import { NameText } from '../shell/name-text.tsx';

const ManageTags = lazy(async () => ({ default: (await import('./manage-tags.tsx')).ManageTags }));

interface TagsContainerProps {
  readonly tags: readonly Tag[];
  /** The resource whose tags can be changed here; without it they can only be read. */
  readonly resourceArn?: string | undefined;
}

/** The tags of a resource, to read and to change in place. */
export const TagsContainer = ({ tags, resourceArn }: TagsContainerProps) => {
  const [managing, setManaging] = useState(false);
  const manage = useRef<ButtonProps.Ref>(null);
  const closed = useRef(false);
  // Once the button is on the page again, whenever that render comes.
  useEffect(() => {
    if (!managing && closed.current) manage.current?.focus();
  }, [managing]);
  const close = () => {
    closed.current = true;
    setManaging(false);
  };
  const managed = managing ? resourceArn : undefined;
  return (
    <Container
      header={
        <Header
          variant="h2"
          counter={`(${tags.length})`}
          actions={
            resourceArn && !managed ? (
              <Button ref={manage} onClick={() => setManaging(true)}>
                Manage tags
              </Button>
            ) : null
          }
        >
          Tags
        </Header>
      }
    >
      {managed ? (
        <Suspense fallback={<StatusIndicator type="loading">Loading the tag editor</StatusIndicator>}>
          <ManageTags tags={tags} resourceArn={managed} onClose={close} />
        </Suspense>
      ) : (
        <TagPairs tags={tags} />
      )}
    </Container>
  );
};

const TagPairs = ({ tags }: { readonly tags: readonly Tag[] }) =>
  tags.length === 0 ? (
    <Box>No tags</Box>
  ) : (
    <KeyValuePairs
      columns={4}
      items={tags.map(({ Key, Value }) => ({
        label: <NameText text={Key} />,
        value: <NameText text={Value || '-'} />,
      }))}
    />
  );
