import Box from '@cloudscape-design/components/box';
import Container from '@cloudscape-design/components/container';
import Header from '@cloudscape-design/components/header';
import KeyValuePairs from '@cloudscape-design/components/key-value-pairs';
import type { Tag } from '@drt/contract/tags';

/** The tags of a resource, to read. */
export const TagsContainer = ({ tags }: { readonly tags: readonly Tag[] }) => (
  <Container
    header={
      <Header variant="h2" counter={`(${tags.length})`}>
        Tags
      </Header>
    }
  >
    {tags.length === 0 ? (
      <Box>No tags</Box>
    ) : (
      <KeyValuePairs columns={4} items={tags.map(({ Key, Value }) => ({ label: Key, value: Value || '-' }))} />
    )}
  </Container>
);
