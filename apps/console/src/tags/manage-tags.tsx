import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TagEditor, { type TagEditorProps } from '@cloudscape-design/components/tag-editor';
import type { Tag } from '@drt/contract/tags';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

import { callFsx } from '../api/fsx.ts';
import { useUnsavedChanges } from '../shell/leave-guard.tsx';
import { useNotifications } from '../shell/notifications.tsx';
import { Refusal } from '../shell/resource-form.tsx';
import { changesOf, MAX_TAGS, stepsOf, type TagChanges } from './tag-changes.ts';

interface ManageTagsProps {
  readonly tags: readonly Tag[];
  readonly resourceArn: string;
  readonly onClose: () => void;
}

const TAGGED = ['DescribeFileSystems', 'DescribeDataRepositoryAssociations', 'DescribeDataRepositoryTasks'] as const;

/** A group for screen readers and the focus; the container around it is the frame. */
const BARE = { border: 0, margin: 0, padding: 0, minInlineSize: 0, outline: 'none' };

/** Adds, changes and removes the tags of a resource. What was typed stays until it is saved or given up. */
export const ManageTags = ({ tags, resourceArn, onClose }: ManageTagsProps) => {
  // Later answers of the server do not change what the user has typed.
  const [before] = useState(tags);
  const [edited, setEdited] = useState<readonly TagEditorProps.Tag[]>(() =>
    before.map(({ Key, Value }) => ({ key: Key, value: Value, existing: true })),
  );
  const [valid, setValid] = useState(true);
  const changes = changesOf(before, edited);
  const changed = changes.put.length + changes.remove.length > 0;
  const save = useSave(before, resourceArn, onClose);
  const group = useRef<HTMLFieldSetElement>(null);
  const editor = useRef<TagEditorProps.Ref>(null);
  useUnsavedChanges(changed && !save.isSuccess);
  // The button that opened the editor is gone.
  useEffect(() => group.current?.focus(), []);

  const submit = () => {
    if (!valid) editor.current?.focus();
    else if (changed) save.mutate(changes);
    else onClose();
  };

  return (
    <fieldset ref={group} aria-label="Manage tags" tabIndex={-1} style={BARE}>
      <SpaceBetween size="l">
        <TagEditor
          ref={editor}
          tags={edited}
          tagLimit={MAX_TAGS}
          onChange={({ detail }) => {
            setEdited(detail.tags);
            setValid(detail.valid);
          }}
        />
        {save.error ? <Refusal error={save.error} /> : null}
        <SpaceBetween direction="horizontal" size="xs">
          <Button variant="primary" loading={save.isPending} onClick={submit}>
            Save changes
          </Button>
          <Button variant="link" disabled={save.isPending} onClick={onClose}>
            Cancel
          </Button>
        </SpaceBetween>
      </SpaceBetween>
    </fieldset>
  );
};

const useSave = (before: readonly Tag[], resourceArn: string, onClose: () => void) => {
  const client = useQueryClient();
  const { notify } = useNotifications();
  const call = (operation: 'TagResource' | 'UntagResource', { put, remove }: TagChanges) =>
    operation === 'TagResource'
      ? callFsx('TagResource', { ResourceARN: resourceArn, Tags: [...put] })
      : callFsx('UntagResource', { ResourceARN: resourceArn, TagKeys: [...remove] });
  return useMutation<void, Error, TagChanges>({
    mutationFn: async (changes) => {
      for (const operation of stepsOf(before, changes)) await call(operation, changes);
    },
    onSuccess: async () => {
      // The tags of before must not be shown again, not even for a moment.
      await Promise.all(TAGGED.map((operation) => client.invalidateQueries({ queryKey: [operation] })));
      notify({ id: `tags-${resourceArn}`, type: 'success', header: 'Tags saved', content: resourceArn });
      onClose();
    },
  });
};
