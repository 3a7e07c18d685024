import Box from '@cloudscape-design/components/box';
import FormField from '@cloudscape-design/components/form-field';
import Select from '@cloudscape-design/components/select';
import { useQuery } from '@tanstack/react-query';

import { explainFailure } from '../api/errors.ts';
import { fileSystemName, fileSystemsQuery } from './queries.ts';

interface FileSystemFieldProps {
  readonly fileSystemId: string;
  /** Given by the page that the form was opened from. */
  readonly fixed: boolean;
  readonly error: string | undefined;
  readonly onChange: (fileSystemId: string) => void;
}

/** The Lustre file system that a form is about. */
export const FileSystemField = ({ fileSystemId, fixed, error, onChange }: FileSystemFieldProps) => {
  const query = useQuery({ ...fileSystemsQuery, enabled: !fixed });
  if (fixed) {
    return (
      <FormField label="File system">
        <Box>{fileSystemId}</Box>
      </FormField>
    );
  }
  const options = (query.data ?? []).flatMap((each) =>
    each.FileSystemId && each.FileSystemType === 'LUSTRE'
      ? [{ value: each.FileSystemId, label: each.FileSystemId, description: fileSystemName(each) }]
      : [],
  );
  return (
    <FormField label="File system" errorText={error}>
      <Select
        options={options}
        selectedOption={fileSystemId ? { value: fileSystemId, label: fileSystemId } : null}
        placeholder="Choose a file system"
        filteringType="auto"
        statusType={query.isPending ? 'loading' : query.isError ? 'error' : 'finished'}
        loadingText="Loading file systems"
        errorText={query.isError ? explainFailure(query.error).header : undefined}
        empty="No Lustre file systems"
        onChange={({ detail }) => onChange(detail.selectedOption.value ?? '')}
      />
    </FormField>
  );
};
