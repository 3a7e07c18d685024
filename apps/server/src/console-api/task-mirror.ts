import type { Input, OperationName } from '@drt/contract';
import { parseArn } from '@drt/contract/arn';
import type { TaskNewsJson } from '@drt/contract/events';
import type { TaskJson, TaskListAnswer, TaskListQuery } from '@drt/contract/task-list';

import { type Fsx, FsxCallError } from './fsx-client.ts';
import { Lookout } from './lookout.ts';
import type { Lane } from './rate-limit.ts';
import { createTaskTable, type TaskTable } from './task-table.ts';

/** What a page of the list is made of, before times are put into wire form. */
type Found = Omit<TaskListAnswer, 'tasks' | 'asOf'> & { readonly tasks: readonly TaskJson[]; readonly asOf: number };

export interface TaskMirror {
  /**
   * FSx, with an eye on what passes: a task that the console changes is read again before the next page is answered.
   */
  readonly fsx: Pick<Fsx, 'call'>;
  /**
   * One page. It waits for the newest tasks and those that move, not for the whole list.
   * @throws FsxCallError when FSx cannot be asked.
   */
  list(query: TaskListQuery): Promise<Found>;
  /**
   * Keeps an eye on FSx for as long as anybody listens, and tells what changed at each look, which may be nothing; or
   * `failed` when FSx could not be asked.
   * @returns how to stop listening.
   */
  watch(listener: (news: TaskNewsJson | 'failed') => void): () => void;
}

interface Pace {
  /** How old an answer may be, in ms. */
  readonly age: number;
  /** Between two looks while somebody watches and a task moves, in ms. */
  readonly look: number;
}

/** Amazon counts the requests of an account; our own endpoint is there to be asked. */
const PACES: Readonly<Record<'engine' | 'aws', Pace>> = {
  engine: { age: 100, look: 500 },
  aws: { age: 3000, look: 5000 },
};

/** Where nothing moves, looks are so many times further apart. */
const CALM = 4;
const AFTER_FAILURE_MS = 5000;

/** Nobody asked for so long: reading stops, and goes on with the next question. */
const IDLE_MS = 60_000;
/** A list read whole is read again after this, or ten times as long as reading it took: tags may change elsewhere. */
const AGAIN_MS = 10 * 60_000;
/** Of FSx: tasks per page and task IDs per question. */
const MOST = 50;
/** Pages of one refresh. More is left to the reading in the background. */
const REFRESH_PAGES = 10;

type Question = Input<'DescribeDataRepositoryTasks'>;
interface Page {
  readonly tasks: readonly TaskJson[];
  readonly next: string | undefined;
}
type Ask = (question: Question, lane?: Lane) => Promise<Page>;

const isMissing = (error: unknown) => error instanceof FsxCallError && error.body.code === 'DataRepositoryTaskNotFound';

const asking =
  (fsx: Pick<Fsx, 'call'>): Ask =>
  async (question, lane) => {
    // AWS JSON, which the client has checked against the contract.
    const answer = (await fsx.call('DescribeDataRepositoryTasks', question, lane)) as {
      DataRepositoryTasks?: TaskJson[];
      NextToken?: string;
    };
    return { tasks: answer.DataRepositoryTasks ?? [], next: answer.NextToken };
  };

/** Takes note of what a look at FSx has brought. */
type Note = (put: ReturnType<TaskTable['put']>) => void;

interface ListingOptions {
  readonly ask: Ask;
  readonly table: TaskTable;
  readonly isWanted: () => boolean;
  readonly note: Note;
}

interface PageOptions {
  /** The page lies below tasks that are known. */
  readonly isOlder?: boolean;
  readonly lane?: Lane;
}

/** A list of FSx, newest first, of which we want the whole: all tasks, or those of one association. */
class Listing {
  readonly #ask: Ask;
  readonly #table: TaskTable;
  readonly #association: string | undefined;
  readonly #isWanted: () => boolean;
  readonly #note: Note;
  #next: string | undefined;
  /** When what stands before `#next` was read. */
  #from = 0;
  #begun = 0;
  /** More tasks were new than one refresh reads. */
  #hasGap = false;
  #readAt = 0;
  #took = 0;
  #reading: Promise<void> | undefined;

  constructor({ ask, table, isWanted, note }: ListingOptions, association?: string) {
    this.#ask = ask;
    this.#table = table;
    this.#isWanted = isWanted;
    this.#note = note;
    this.#association = association;
  }

  get complete() {
    return this.#readAt > 0 && !this.#hasGap;
  }

  /** Reads from the newest on until it meets what it knows. */
  async refresh() {
    const from = Date.now();
    const isFirst = this.#begun === 0 && this.#readAt === 0;
    let page = await this.#page(undefined, { isOlder: isFirst });
    // The very first page is not kept waiting for others.
    const most = isFirst ? 1 : REFRESH_PAGES;
    for (let pages = 1; pages < most && !page.met && page.next; pages += 1) page = await this.#page(page.next);
    if (!page.next && this.#readAt === 0) this.#readAt = Date.now();
    if (!page.met && page.next && this.#readAt > 0) this.#hasGap = true;
    // Where a reading of the whole goes on.
    if (this.#begun === 0) {
      this.#next = page.next;
      this.#from = from;
    }
    this.#read();
  }

  async #page(token: string | undefined, { isOlder = false, lane }: PageOptions = {}) {
    const association = this.#association;
    const asked = Date.now();
    const question: Question = {
      ...(association ? { Filters: [{ Name: 'data-repository-association-id', Values: [association] }] } : {}),
      ...(token ? { NextToken: token } : {}),
      MaxResults: MOST,
    };
    const { tasks, next } = await this.#ask(question, lane);
    const last = tasks.at(-1);
    const met = last === undefined || this.#table.knows(last.TaskId, association);
    const { added, changed } = this.#table.put(tasks, asked);
    // What lies below a task that is known is news to the table only: it is read late, not made late.
    this.#note({ added: isOlder ? [] : added, changed });
    if (association)
      this.#table.associate(
        association,
        tasks.map(({ TaskId }) => TaskId),
      );
    return { met, next };
  }

  /** Reads on in the background, if there is more and it is time. */
  #read() {
    if (this.#reading) return;
    const again = Math.max(AGAIN_MS, 10 * this.#took);
    if (this.complete && (this.#association || Date.now() - this.#readAt < again)) return;
    // Why it failed, the next question will find out by itself.
    this.#reading = this.#readAll()
      .catch(() => {
        this.#next = undefined;
        this.#begun = 0;
      })
      .finally(() => (this.#reading = undefined));
  }

  async #readAll() {
    if (this.#begun === 0) {
      this.#begun = this.#from;
      this.#hasGap = false;
    }
    const begun = this.#begun;
    do {
      // The token is kept: the next question goes on from there.
      if (!this.#isWanted()) return;
      this.#next = (await this.#page(this.#next, { isOlder: true, lane: 'background' })).next;
    } while (this.#next);
    if (this.#readAt > 0 && !this.#association) this.#table.removeUnseenSince(begun);
    this.#readAt = Date.now();
    this.#took = this.#readAt - begun;
    this.#begun = 0;
  }
}

/** A copy of the tasks that FSx has, kept by asking FSx and nothing else, so that it is the same for any FSx. */
class Mirror implements TaskMirror {
  readonly fsx: Pick<Fsx, 'call'>;
  readonly #age: number;
  readonly #ask: Ask;
  readonly #table = createTaskTable();
  readonly #lookout: Lookout<TaskNewsJson | 'failed'>;
  readonly #all: Listing;
  readonly #associations = new Map<string, Listing>();
  readonly #touched = new Set<string>();
  #askedAt = 0;
  #freshAt = 0;
  #isStale = true;
  #refreshing: Promise<void> | undefined;
  /** What those who watch have not been told yet; tasks by their IDs. */
  #changed = new Map<string, TaskJson>();
  #created = new Set<string>();
  #removed = new Set<string>();

  constructor(fsx: Pick<Fsx, 'call'>, { age, look }: Pace) {
    this.#age = age;
    this.#ask = asking(fsx);
    this.#all = new Listing(this.#listing);
    this.#lookout = new Lookout(
      () => this.#look(),
      () => (this.#isStale ? AFTER_FAILURE_MS : this.#table.hasActive() ? look : CALM * look),
    );
    this.fsx = {
      call: async (operation, input, lane) => {
        const answer = await fsx.call(operation, input, lane);
        this.#watch(operation, input);
        return answer;
      },
    };
  }

  readonly #isWanted = () => Date.now() - this.#askedAt < IDLE_MS;

  readonly #note: Note = ({ added, changed }) => {
    if (!this.#lookout.hasListeners) return;
    for (const task of [...added, ...changed]) this.#changed.set(task.TaskId, task);
    for (const { TaskId } of added) this.#created.add(TaskId);
  };

  get #listing(): ListingOptions {
    return { ask: this.#ask, table: this.#table, isWanted: this.#isWanted, note: this.#note };
  }

  watch(listener: (news: TaskNewsJson | 'failed') => void) {
    return this.#lookout.listen(listener);
  }

  async #look(): Promise<TaskNewsJson | 'failed'> {
    try {
      await this.#refreshed();
    } catch {
      // Why, the browser hears when it asks by itself.
      return 'failed';
    }
    const news = { tasks: [...this.#changed.values()], created: [...this.#created], removed: [...this.#removed] };
    this.#changed = new Map();
    this.#created = new Set();
    this.#removed = new Set();
    return news;
  }

  async #refreshed() {
    if (this.#isStale || Date.now() - this.#freshAt >= this.#age) this.#refreshing ??= this.#refreshOnce();
    await this.#refreshing;
  }

  async list(query: TaskListQuery): Promise<Found> {
    this.#askedAt = Date.now();
    const tokens = [...query.filter.tokens, ...(query.scope ? [query.scope] : [])];
    const asked = tokens.filter(({ property }) => property === 'association').map(({ value }) => value);
    const listings = [...new Set(asked)].flatMap((association) => this.#listingOf(association));
    await this.#refreshed();
    for (const each of listings) await each.refresh();
    const complete = [this.#all, ...listings].every((each) => each.complete);
    return { ...this.#table.find(query), complete, asOf: this.#freshAt / 1000 };
  }

  /** None for what can be no association: it then has no tasks, and FSx need not be asked. */
  #listingOf(association: string): Listing[] {
    if (!/^dra-[0-9a-f]{8,19}$/.test(association)) return [];
    const listing = this.#associations.get(association) ?? new Listing(this.#listing, association);
    this.#associations.set(association, listing);
    return [listing];
  }

  #refreshOnce() {
    const touched = [...this.#touched];
    this.#touched.clear();
    this.#isStale = false;
    const mine = this.#refresh(touched)
      .catch((error: unknown) => {
        for (const each of touched) this.#touched.add(each);
        this.#isStale = true;
        throw error;
      })
      .finally(() => {
        if (this.#refreshing === mine) this.#refreshing = undefined;
      });
    return mine;
  }

  /** What may have changed since: new tasks, tasks that move, tasks that the console itself changed. */
  async #refresh(touched: readonly string[]) {
    const begun = Date.now();
    await this.#all.refresh();
    let next: string | undefined;
    for (let pages = 0; pages < REFRESH_PAGES; pages += 1) {
      const asked = Date.now();
      const page = await this.#ask({
        Filters: [{ Name: 'task-lifecycle', Values: ['PENDING', 'EXECUTING', 'CANCELING'] }],
        MaxResults: MOST,
        ...(next ? { NextToken: next } : {}),
      });
      this.#note(this.#table.put(page.tasks, asked));
      next = page.next;
      if (!next) break;
    }
    // Those that no longer move, and those that did not fit in.
    const rest = this.#table.activeUnseenSince(begun, MOST * REFRESH_PAGES);
    await this.#askFor([...new Set([...touched, ...rest])]);
    this.#freshAt = begun;
  }

  async #askFor(taskIds: readonly string[]) {
    for (let start = 0; start < taskIds.length; start += MOST) {
      const some = taskIds.slice(start, start + MOST);
      try {
        const asked = Date.now();
        const { tasks } = await this.#ask({ TaskIds: some });
        this.#note(this.#table.put(tasks, asked));
      } catch (error) {
        if (!isMissing(error)) throw error;
        // FSx answers all or none, so the one that is gone is found by halves.
        if (some.length === 1) this.#forget(some);
        else {
          await this.#askFor(some.slice(0, some.length / 2));
          await this.#askFor(some.slice(some.length / 2));
        }
      }
    }
  }

  #forget(taskIds: readonly string[]) {
    this.#table.remove(taskIds);
    if (!this.#lookout.hasListeners) return;
    for (const id of taskIds) {
      this.#removed.add(id);
      this.#changed.delete(id);
      this.#created.delete(id);
    }
  }

  #watch(operation: OperationName, input: object) {
    if (operation.startsWith('Describe') || operation.startsWith('List')) return;
    if ('TaskId' in input) this.#touched.add(String(input.TaskId));
    const resource = 'ResourceARN' in input ? parseArn(String(input.ResourceARN)) : undefined;
    if (resource?.kind === 'task') this.#touched.add(resource.id);
    this.#isStale = true;
    // One that is under way may have asked before the change.
    this.#refreshing = undefined;
    this.#lookout.hurry();
  }
}

export const openTaskMirror = (fsx: Pick<Fsx, 'call'>, target: 'engine' | 'aws'): TaskMirror =>
  new Mirror(fsx, PACES[target]);
