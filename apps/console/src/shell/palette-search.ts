import type { DataRepositoryAssociation } from '@drt/contract/associations';
import type { FileSystem } from '@drt/contract/file-systems';
import type { DataRepositoryTask } from '@drt/contract/tasks';

import { fileSystemName } from '../file-systems/queries.ts';
import { paths } from '../paths.ts';
import { lifecycleWord, taskName, typeWords } from '../tasks/words.ts';
import { addressedPage } from './address.ts';
import { type Command, COMMAND_GROUPS, type Console } from './commands.ts';
import { visibleText } from './visible-text.ts';

/** What the palette offers for a text. */
export interface Result {
  readonly id: string;
  readonly group: string;
  readonly text: string;
  readonly detail?: string;
  /** The shortcut that does the same. */
  readonly keys?: string;
  readonly run: (console: Console) => void;
}

/** What there is to find besides commands. Tasks come already found, since the server searches them. */
export interface Findable {
  readonly commands: readonly Command[];
  readonly tasks: readonly DataRepositoryTask[];
  readonly fileSystems: readonly FileSystem[];
  readonly associations: readonly DataRepositoryAssociation[];
}

const MOST = 20;
const MOST_OF_A_KIND = 6;

const wordsOf = (text: string) => text.toLowerCase().split(/\s+/).filter(Boolean);

/** Whether every word of the search is in one of the texts. */
const finds = (search: string, ...texts: readonly (string | undefined)[]) => {
  const all = texts.join(' ').toLowerCase();
  return wordsOf(search).every((word) => all.includes(word));
};

const opens = (id: string, group: string, path: string, name: string | undefined, detail: string): Result => ({
  id,
  group,
  text: name ? `${visibleText(name)} (${id})` : id,
  detail: visibleText(detail),
  run: ({ go }) => go(path),
});

const commandResults = (search: string, commands: readonly Command[]): Result[] =>
  commands
    .filter(({ text, group, also }) => finds(search, text, group, also))
    .toSorted((a, b) => COMMAND_GROUPS.indexOf(a.group) - COMMAND_GROUPS.indexOf(b.group))
    .map(({ id, group, text, keys, run }) => ({ id, group, text, run, ...(keys ? { keys } : {}) }));

const taskResult = (task: DataRepositoryTask) =>
  opens(
    task.TaskId,
    'Data repository tasks',
    paths.task(task.TaskId),
    taskName(task),
    `${typeWords(task.Type).name}, ${lifecycleWord(task.Lifecycle).toLowerCase()}`,
  );

const fileSystemResults = (search: string, all: readonly FileSystem[]): Result[] =>
  all
    .filter((each) => finds(search, each.FileSystemId, fileSystemName(each)))
    .map((each) => {
      const { FileSystemId = '', Lifecycle = '' } = each;
      return opens(
        FileSystemId,
        'File systems',
        paths.fileSystem(FileSystemId),
        fileSystemName(each),
        Lifecycle.toLowerCase(),
      );
    });

const associationResults = (search: string, all: readonly DataRepositoryAssociation[]): Result[] =>
  all
    .filter((each) =>
      finds(search, each.AssociationId, each.DataRepositoryPath, each.FileSystemPath, each.FileSystemId),
    )
    .map(({ AssociationId = '', FileSystemPath = '', DataRepositoryPath = '' }) =>
      opens(
        AssociationId,
        'Data repository associations',
        paths.association(AssociationId),
        undefined,
        `${FileSystemPath} to ${DataRepositoryPath}`,
      ),
    );

const addressResults = (search: string, origin: string): Result[] => {
  const page = addressedPage(search, origin);
  return page ? [{ id: page, group: 'Open', text: visibleText(search.trim()), run: ({ go }) => go(page) }] : [];
};

/** The best results for a text: what it names by itself first. Without a text, the commands. */
export const search = (text: string, findable: Findable, origin: string): readonly Result[] => {
  const commands = commandResults(text, findable.commands);
  if (text.trim() === '') return commands.slice(0, MOST);
  return [
    ...addressResults(text, origin),
    ...commands.slice(0, MOST_OF_A_KIND),
    ...findable.tasks.slice(0, MOST_OF_A_KIND).map(taskResult),
    ...fileSystemResults(text, findable.fileSystems).slice(0, MOST_OF_A_KIND),
    ...associationResults(text, findable.associations).slice(0, MOST_OF_A_KIND),
  ].slice(0, MOST);
};
