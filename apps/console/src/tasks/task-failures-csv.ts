import type { EngineOutput } from '@drt/contract/engine-api';
import { reportRow } from '@drt/contract/report';

/** Rows `FilePath,FileStatus,ErrorCode` without a header row, byte for byte as in the completion report. */
export const failuresCsv = (failures: EngineOutput<'ListTaskFailures'>['Failures']) =>
  failures.map(({ Path, Code }) => reportRow(Path, Code)).join('');
