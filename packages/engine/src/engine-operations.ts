import type { EngineInput, EngineOperationName, EngineOutput } from '@drt/contract/engine-api';

import { listRepository } from './associations/browse.ts';
import type { Context } from './context.ts';
import { listDirectory } from './file-systems/browse.ts';
import { describeFileSystemDirectory } from './file-systems/describe.ts';
import { ask, type Question, type QuestionName } from './questions/ask.ts';
import { describeTaskWork, listTaskFailures } from './tasks/observe.ts';
import { previewTask } from './tasks/preview.ts';

type Handlers = {
  readonly [Name in EngineOperationName]: (context: Context, input: EngineInput<Name>) => Promise<EngineOutput<Name>>;
};

/** What the engine tells beyond FSx. The last three are answered by a worker. */
export const engineOperations: Handlers = {
  DescribeTaskWork: describeTaskWork,
  ListTaskFailures: listTaskFailures,
  DescribeFileSystemDirectory: describeFileSystemDirectory,

  ListDirectory: (context, input) => ask(context, 'ListDirectory', input),
  ListRepository: (context, input) => ask(context, 'ListRepository', input),
  PreviewTask: (context, input) => ask(context, 'PreviewTask', input),
};

/** A worker's answer to a question. */
export const findAnswer = (context: Context, question: Question): Promise<EngineOutput<QuestionName>> => {
  switch (question.name) {
    case 'ListDirectory':
      return listDirectory(context, question.input);
    case 'ListRepository':
      return listRepository(context, question.input);
    case 'PreviewTask':
      return previewTask(context, question.input);
  }
};
