import Button from '@cloudscape-design/components/button';
import SpaceBetween from '@cloudscape-design/components/space-between';
import TagEditor, { type TagEditorProps } from '@cloudscape-design/components/tag-editor';
import type { Tag } from '@drt/contract/tags';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';

import { callFsx } from '../api/fsx.ts';
import { CliCommandButton } from '../shell/cli-command-button.tsx';
import type { CliCall } from '../shell/cli-command.ts';
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

  /** What saving would send; what the tags are, while there is nothing to save. */
  const callsOf = (): CliCall[] | undefined => {
    if (!valid) {
      editor.current?.focus();
      return undefined;
    }
    const calls = callsFor(before, resourceArn, changes);
    return changed ? calls : [{ operation: 'ListTagsForResource', input: { ResourceARN: resourceArn } }];
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
          <CliCommandButton does="change these tags" callsOf={callsOf} />
        </SpaceBetween>
      </SpaceBetween>
    </fieldset>
  );
};

type TagCall = Extract<CliCall, { readonly operation: 'TagResource' | 'UntagResource' }>;

const callsFor = (before: readonly Tag[], arn: string, changes: TagChanges): TagCall[] =>
  stepsOf(before, changes).map((operation) =>
    operation === 'TagResource'
      ? { operation, input: { ResourceARN: arn, Tags: [...changes.put] } }
      : { operation, input: { ResourceARN: arn, TagKeys: [...changes.remove] } },
  );

const send = (call: TagCall) =>
  // Twice the same, because the compiler ties an input to its operation only where it knows which one it is.
  call.operation === 'TagResource' ? callFsx(call.operation, call.input) : callFsx(call.operation, call.input);

const useSave = (before: readonly Tag[], resourceArn: string, onClose: () => void) => {
  const client = useQueryClient();
  const { notify } = useNotifications();
  return useMutation<void, Error, TagChanges>({
    mutationFn: async (changes) => {
      // One after the other: the order keeps tags from being lost.
      for (const call of callsFor(before, resourceArn, changes)) await send(call);
    },
    onSuccess: async () => {
      // The tags of before must not be shown again, not even for a moment.
      await Promise.all(TAGGED.map((operation) => client.invalidateQueries({ queryKey: [operation] })));
      notify({ id: `tags-${resourceArn}`, type: 'success', header: 'Tags saved', content: resourceArn });
      onClose();
    },
  });
};
