import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';

import type { EngineInput, EngineOutput } from '@drt/contract/engine-api';
import { type ErrorCode, FsxError } from '@drt/contract/errors';

import type { Context } from '../context.ts';

/** The operations that only a worker can answer, because they look at a data file system or a bucket. */
export type QuestionName = 'ListDirectory' | 'ListRepository' | 'PreviewTask';

export type Question = {
  readonly [Name in QuestionName]: { readonly name: Name; readonly input: EngineInput<Name> };
}[QuestionName];

/** An answer, or a refusal with an error of the closed set. */
type Answer = { readonly output: EngineOutput<QuestionName> } | { readonly code: ErrorCode; readonly message: string };

/** How long somebody waits for an answer, and how often they look. */
const PATIENCE_MS = 20_000;
const LOOK_EVERY_MS = 25;

/**
 * Asks the workers and waits for the answer, since the process that answers the API touches neither file systems nor
 * buckets.
 * @throws FsxError what the worker refused, or that no worker answered in time.
 */
export async function ask<Name extends QuestionName>(
  context: Context,
  name: Name,
  input: EngineInput<Name>,
): Promise<EngineOutput<Name>> {
  const id = randomUUID();
  await context.sql.transaction(async (tx) => {
    // Questions whose askers gave up, and their answers.
    await tx.query('DELETE FROM questions WHERE asked_at < $1', [context.now() - 2 * PATIENCE_MS]);
    await tx.query('INSERT INTO questions (id, asked_at, question) VALUES ($1, $2, $3)', [
      id,
      context.now(),
      JSON.stringify({ name, input }),
    ]);
    await context.jobs.enqueue(tx, [{ kind: 'answer', id }]);
  });
  const giveUpAt = performance.now() + PATIENCE_MS;
  while (performance.now() < giveUpAt) {
    await delay(LOOK_EVERY_MS);
    const [row] = await context.sql.query<{ answer: string | null }>('SELECT answer FROM questions WHERE id = $1', [
      id,
    ]);
    if (!row) break;
    if (row.answer === null) continue;
    // Written by `answer` in this version or the one beside it.
    const answer = JSON.parse(row.answer, revive) as Answer;
    await context.sql.transaction((tx) => tx.query('DELETE FROM questions WHERE id = $1', [id]));
    if ('code' in answer) throw new FsxError(answer.code, answer.message);
    // The worker answered the question of this name.
    return answer.output as EngineOutput<Name>;
  }
  throw new FsxError(
    'InternalServerError',
    'No worker answered in time. Are workers running, and is the storage there?',
  );
}

/** Dates travel as `{"$date": milliseconds}`. */
const revive = (_: string, value: unknown): unknown =>
  typeof value === 'object' && value !== null && '$date' in value ? new Date(Number(value.$date)) : value;

const withDates = (value: unknown): unknown => {
  if (value instanceof Date) return { $date: value.getTime() };
  if (Array.isArray(value)) return value.map(withDates);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, part]) => [name, withDates(part)]));
};

/** The worker's part. A question nobody waits for any more is left alone. */
export async function answer(
  context: Context,
  { id }: { readonly id: string },
  find: (question: Question) => Promise<EngineOutput<QuestionName>>,
): Promise<void> {
  const [row] = await context.sql.query<{ question: string; asked_at: number }>(
    'SELECT question, asked_at FROM questions WHERE id = $1 AND answer IS NULL',
    [id],
  );
  if (!row || row.asked_at < context.now() - PATIENCE_MS) return;
  let found: Answer;
  try {
    // Written by `ask`.
    found = { output: await find(JSON.parse(row.question) as Question) };
  } catch (error) {
    if (!(error instanceof FsxError)) context.log.error({ question: row.question, error }, 'question not answered');
    found =
      error instanceof FsxError
        ? { code: error.code, message: error.message }
        : { code: 'InternalServerError', message: 'The storage could not be read. The server log says why.' };
  }
  await context.sql.transaction((tx) =>
    tx.query('UPDATE questions SET answer = $2 WHERE id = $1', [id, JSON.stringify(withDates(found))]),
  );
}
