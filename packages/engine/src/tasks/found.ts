import type { FailureRow } from '../store/tasks.ts';
import type { Entry } from './transfer.ts';

/** An entry that a task has to act on, or one that has failed before anybody could. */
export type Found = { readonly key: string } & ({ readonly entry: Entry } | { readonly failure: FailureRow });

/** Why a task cannot be planned. The task fails with this message. */
export class PlanProblem extends Error {}
