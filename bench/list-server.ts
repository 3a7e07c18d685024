import { setTimeout } from 'node:timers/promises';

import type { TaskListQuery } from '@drt/contract/task-list';
import { TASK_SORTS } from '@drt/contract/task-list';

import { type Figure, measure, TIMES } from './figures.ts';
import { cpuMilliseconds, type FullServer, residentMegabytes } from './server.ts';

/** How fast the server answers the tasks list, as a client on the same machine sees it. */

const GOAL = 300;

interface Answer {
  readonly total: number;
  readonly complete: boolean;
}

const FIRST_PAGE: TaskListQuery = {
  filter: { operation: 'and', tokens: [] },
  sort: { property: 'created', descending: true },
  page: 1,
  pageSize: 50,
};

const ask = async (url: string, query: TaskListQuery) => {
  const start = performance.now();
  const answer = await fetch(`${url}/api/tasks/list`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(query),
  });
  // By the contract; a refusal has neither member.
  const { total, complete } = (await answer.json()) as Answer;
  if (!answer.ok) throw new Error(`The list was refused: ${answer.status}`);
  return { milliseconds: performance.now() - start, total, complete };
};

/** The states before the whole list is known: the first answer, and the answers until then. */
const filling = async (url: string, pid: number) => {
  const cpuBefore = cpuMilliseconds(pid);
  const start = performance.now();
  const first = await ask(url, FIRST_PAGE);
  const between: number[] = [];
  let known = first;
  while (!known.complete) {
    known = await ask(url, { ...FIRST_PAGE, page: 1 + (between.length % 20) });
    between.push(known.milliseconds);
    // As often as the console asks while the list grows, and not more, so that the reading gets its time.
    await setTimeout(500);
  }
  const cpu = cpuMilliseconds(pid) - cpuBefore;
  return { first: first.milliseconds, between, took: performance.now() - start, cpu, rss: residentMegabytes(pid) };
};

const token = (property: string, operator: string, value: string): TaskListQuery => ({
  ...FIRST_PAGE,
  // Spelled below, each as the contract has it.
  filter: { operation: 'and', tokens: [{ property, operator, value }] } as TaskListQuery['filter'],
});

const filters = ({ fileSystems: [first] }: FullServer): Readonly<Record<string, TaskListQuery>> => ({
  'status is Failed': token('status', '=', 'FAILED'),
  'type is import': token('type', '=', 'IMPORT_METADATA_FROM_REPOSITORY'),
  'name contains, many match': token('name', ':', 'export'),
  'name contains, none matches': token('name', ':', 'no such name'),
  'tag is': token('tag', '=', 'team=weather'),
  'tag contains': token('tag', ':', 'gen'),
  'free text': token('any', ':', 'checkpoint 99'),
  'free text is not': token('any', '!:', 'checkpoint'),
  'file system is': token('fileSystem', '=', first?.id ?? ''),
  'created in the last month': token('created', '>=', new Date(Date.now() - 30 * 86_400_000).toISOString()),
});

export interface ServerFigures {
  readonly figures: readonly Figure[];
  readonly fillSeconds: number;
  readonly fillCpuSeconds: number;
  readonly rssBefore: number;
  readonly rssAfter: number;
}

export const measureServer = async (full: FullServer, count: number): Promise<ServerFigures> => {
  const { url, process } = full.server;
  const rssBefore = residentMegabytes(process.pid);
  const cold = await filling(url, process.pid);
  const figures: Figure[] = [
    await measure('first page, nothing known yet', async () => cold.first, { times: 1, goal: GOAL }),
    await measure('pages while the list is read', async (run) => cold.between[run] ?? 0, {
      times: cold.between.length,
      goal: GOAL,
    }),
  ];
  const list = async (what: string, queryOf: (run: number) => TaskListQuery) => {
    const before = cpuMilliseconds(process.pid);
    const figure = await measure(what, async (run) => (await ask(url, queryOf(run))).milliseconds, { goal: GOAL });
    figures.push({ ...figure, cpu: (cpuMilliseconds(process.pid) - before) / TIMES });
  };
  await list('first page', () => FIRST_PAGE);
  await list('next page', (run) => ({ ...FIRST_PAGE, page: run + 2 }));
  await list('last page', () => ({ ...FIRST_PAGE, page: count / FIRST_PAGE.pageSize }));
  for (const property of TASK_SORTS) {
    await list(`sorted by ${property}`, (run) => ({ ...FIRST_PAGE, sort: { property, descending: run % 2 === 0 } }));
  }
  for (const [what, query] of Object.entries(filters(full))) await list(what, () => query);
  return { figures, fillSeconds: cold.took / 1000, fillCpuSeconds: cold.cpu / 1000, rssBefore, rssAfter: cold.rss };
};
