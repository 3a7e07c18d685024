import AttributeEditor, { type AttributeEditorProps } from '@cloudscape-design/components/attribute-editor';
import FormField from '@cloudscape-design/components/form-field';
import Input from '@cloudscape-design/components/input';
import type { Tag } from '@drt/contract/tags';
import { useRef } from 'react';

import { MAX_TAGS } from './tag-changes.ts';
import { filledTags, type TagErrors } from './tag-rows.ts';

interface TagFieldsProps {
  readonly tags: readonly Tag[];
  readonly errors: TagErrors | undefined;
  readonly countError: string | undefined;
  /** Tags that other fields of the form make. */
  readonly others: number;
  readonly onChange: (tags: readonly Tag[]) => void;
}

/** The tags of a resource that is about to be created. */
export const TagFields = ({ tags, errors, countError, others, onChange }: TagFieldsProps) => {
  const editor = useRef<AttributeEditorProps.Ref>(null);
  const room = MAX_TAGS - filledTags(tags).length - others;
  const change = (row: number, part: Partial<Tag>) =>
    onChange(tags.map((tag, index) => (index === row ? { ...tag, ...part } : tag)));
  const remove = (row: number) => {
    onChange(tags.toSpliced(row, 1));
    // After the next render; where no row is left, the editor gives the focus to its Add button.
    requestAnimationFrame(() =>
      tags.length > 1
        ? editor.current?.focusRemoveButton(Math.min(row, tags.length - 2))
        : editor.current?.focusAddButton(),
    );
  };
  return (
    <FormField
      label={
        <>
          Tags <i>- optional</i>
        </>
      }
      errorText={countError}
      stretch
    >
      <AttributeEditor<Tag>
        ref={editor}
        items={tags}
        empty="No tags"
        addButtonText="Add tag"
        removeButtonText="Remove"
        removeButtonAriaLabel={({ Key }) => (Key ? `Remove tag ${Key}` : 'Remove tag')}
        disableAddButton={room <= 0}
        additionalInfo={
          room > 0
            ? `You can add up to ${room} more ${room === 1 ? 'tag' : 'tags'}.`
            : `You have reached the limit of ${MAX_TAGS} tags.`
        }
        definition={[
          {
            label: 'Key',
            errorText: (_tag, row) => errors?.[row]?.key,
            control: ({ Key }, row) => (
              <Input
                value={Key}
                ariaLabel={`Key of tag ${row + 1}`}
                onChange={({ detail }) => change(row, { Key: detail.value })}
              />
            ),
          },
          {
            label: (
              <>
                Value <i>- optional</i>
              </>
            ),
            errorText: (_tag, row) => errors?.[row]?.value,
            control: ({ Value }, row) => (
              <Input
                value={Value}
                ariaLabel={`Value of tag ${row + 1}`}
                onChange={({ detail }) => change(row, { Value: detail.value })}
              />
            ),
          },
        ]}
        onAddButtonClick={() => onChange([...tags, { Key: '', Value: '' }])}
        onRemoveButtonClick={({ detail }) => remove(detail.itemIndex)}
      />
    </FormField>
  );
};
