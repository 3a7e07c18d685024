import Box from '@cloudscape-design/components/box';
import Checkbox from '@cloudscape-design/components/checkbox';
import Container from '@cloudscape-design/components/container';
import FormField from '@cloudscape-design/components/form-field';
import Header from '@cloudscape-design/components/header';
import Input from '@cloudscape-design/components/input';
import Select from '@cloudscape-design/components/select';
import SpaceBetween from '@cloudscape-design/components/space-between';
import { REPORT_FORMAT } from '@drt/contract/tasks';

import { visibleText } from '../shell/visible-text.ts';
import { absoluteReportPath, reportObject } from './report-location.ts';
import type { CreatableType, TaskForm } from './task-form.ts';

interface ReportFieldProps {
  readonly type: CreatableType;
  readonly form: TaskForm;
  readonly repositories: readonly string[];
  readonly error: string | undefined;
  readonly onChange: (part: Partial<TaskForm>) => void;
}

/** The completion report: off, or a path in a linked repository, with the object it will become. */
export const ReportField = ({ type, form, repositories, error, onChange }: ReportFieldProps) => {
  const absolute = absoluteReportPath(form.reportRepository, form.reportPath);
  return (
    <Container header={<Header variant="h2">Completion report</Header>}>
      <SpaceBetween size="l">
        <FormField label="Completion report" description="Lists the files that the task could not process, as CSV.">
          <Checkbox checked={form.reportEnabled} onChange={({ detail }) => onChange({ reportEnabled: detail.checked })}>
            Enable
          </Checkbox>
        </FormField>
        {form.reportEnabled ? (
          <SpaceBetween size="l">
            <FormField label="Report scope">
              <Box>Failed files only</Box>
            </FormField>
            <FormField label="Report format">
              <Box>{REPORT_FORMAT}</Box>
            </FormField>
            {repositories.length > 1 ? (
              <FormField label="Report repository" description="The linked repository that receives the report.">
                <Select
                  options={repositories.map((value) => ({ value, label: value }))}
                  selectedOption={
                    form.reportRepository ? { value: form.reportRepository, label: form.reportRepository } : null
                  }
                  onChange={({ detail }) => onChange({ reportRepository: detail.selectedOption.value ?? '' })}
                />
              </FormField>
            ) : null}
            <FormField
              label={
                <>
                  Report path <i>- optional</i>
                </>
              }
              description={`Relative to the linked repository ${form.reportRepository}`}
              constraintText={
                <>
                  Report path in S3: <b>{visibleText(absolute)}</b>
                  <br />
                  Report object: <b>{visibleText(reportObject(absolute, '{task ID}', type))}</b>
                </>
              }
              errorText={error}
            >
              <Input
                value={form.reportPath}
                placeholder="reports"
                spellcheck={false}
                autoComplete={false}
                onChange={({ detail }) => onChange({ reportPath: detail.value })}
              />
            </FormField>
          </SpaceBetween>
        ) : null}
      </SpaceBetween>
    </Container>
  );
};
