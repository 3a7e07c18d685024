import { readdirSync, readFileSync } from 'node:fs';

import { NewerSchema } from './failure.ts';
import type { Sql } from './sql.ts';

const directory = new URL('./migrations/', import.meta.url);

/**
 * Brings the database to the newest schema: runs, in order and once each, the scripts it has not seen.
 * @throws NewerSchema when it has seen scripts that we do not know.
 */
export async function migrate(sql: Sql): Promise<void> {
  await sql.migrate('CREATE TABLE IF NOT EXISTS migrations (name text PRIMARY KEY);');
  const names = readdirSync(directory).filter((name) => name.endsWith('.sql'));
  const seen = await sql.query<{ name: string }>('SELECT name FROM migrations ORDER BY name');
  const unknown = seen.find(({ name }) => !names.includes(name));
  if (unknown) throw new NewerSchema(unknown.name);
  for (const name of names.toSorted()) {
    // The name is written first, in the same transaction, so that of two processes that start together only one runs
    // the script; the other fails on the key, and finds the work done.
    const script = `INSERT INTO migrations (name) VALUES ('${name}');\n${readFileSync(new URL(name, directory), 'utf8')}`;
    const isDone = async () => (await sql.query('SELECT name FROM migrations WHERE name = $1', [name])).length > 0;
    if (await isDone()) continue;
    try {
      await sql.migrate(script);
    } catch (error) {
      if (!(await isDone())) throw error;
    }
  }
}
