import { spawn } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

import { GROUPS } from './mutant-targets.ts';
import { type Mutant, mutantsOf, nameOf } from './mutate.ts';

/**
 * Mutation testing of the code that commits, retries, cancels and confines:
 * `npm run test:mutants -- [--sample 40] [--seed 1] [--only tasks/flow] [--kind sql] [--list] [--out file.json]`.
 * Each mutant is written into a copy of the packages, never into this tree, and the tests that should notice are run
 * until one fails. Ends with 1 when a mutant survives that nobody has explained in mutants-explained.json.
 */

const { values: options } = parseArgs({
  options: {
    sample: { type: 'string', default: '40' },
    seed: { type: 'string', default: '1' },
    only: { type: 'string', default: '' },
    kind: { type: 'string', default: '' },
    match: { type: 'string', default: '' },
    limit: { type: 'string' },
    list: { type: 'boolean', default: false },
    out: { type: 'string' },
  },
});

const ROOT = join(import.meta.dirname, '..');
const SOURCES = 'packages/engine/src';

/** What a mutant gets on top of three times what the tests take without one. */
const SLACK_MS = 10_000;

/** What a test among the quick ones may take: the others look at what takes time. */
const QUICK_MS = 20_000;

type Verdict = 'killed' | 'timeout' | 'survived';

interface Result extends Mutant {
  readonly file: string;
  readonly verdict: Verdict;
  /** The first test that failed. */
  readonly by: string;
}

/** Written by hand: for each file, the name of a mutant and why no test can tell it from the original. */
const explained = JSON.parse(readFileSync(join(import.meta.dirname, 'mutants-explained.json'), 'utf8')) as Readonly<
  Record<string, Readonly<Record<string, string>>>
>;

/** Numbers from 0 to 1 that are the same for the same seed: mulberry32. */
const numbersFrom = (seed: number) => () => {
  seed = (seed + 0x6d2b79f5) | 0;
  let mixed = Math.imul(seed ^ (seed >>> 15), 1 | seed);
  mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
  return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
};

/** All mutants of SQL, which are the fences, and so many of the others. */
const sampleOf = (mutants: readonly Mutant[], most: number): Mutant[] => {
  const random = numbersFrom(Number(options.seed));
  const drawn = mutants
    .map((mutant) => ({ mutant, rank: mutant.kind === 'sql' ? -1 : random() }))
    .toSorted((one, other) => one.rank - other.rank);
  const fences = drawn.filter(({ rank }) => rank < 0).length;
  return drawn
    .slice(0, fences + most)
    .map(({ mutant }) => mutant)
    .toSorted((one, other) => one.start - other.start);
};

/** Ctrl-C ends the run, the tests at work and the copy. */
const interrupted = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const)
  process.once(name, () => interrupted.abort(new Error('interrupted')));

/** A copy of the packages, in which files are changed, and where tests put their temporary files. */
class Laboratory implements Disposable {
  readonly #directory = mkdtempSync(join(tmpdir(), 'drt-mutants-'));
  readonly #scratch = join(this.#directory, 'tmp');

  constructor() {
    const skip = /\/(?:node_modules|dist)(?:\/|$)/;
    for (const part of ['packages', 'package.json', 'tsconfig.json', 'vitest.config.ts']) {
      const from = join(ROOT, part);
      cpSync(from, join(this.#directory, part), {
        recursive: true,
        filter: (path) => !skip.test(path.slice(ROOT.length)),
      });
    }
    symlinkSync(join(ROOT, 'node_modules'), join(this.#directory, 'node_modules'));
  }

  write(file: string, source: string): void {
    writeFileSync(join(this.#directory, SOURCES, file), source);
  }

  /** Runs tests until one fails; all that they have started is killed when `limit` milliseconds are over. */
  async test(
    tests: readonly string[],
    limit: number,
    ...more: readonly string[]
  ): Promise<{ readonly verdict: Verdict; readonly by: string }> {
    mkdirSync(this.#scratch, { recursive: true });
    const child = spawn(
      process.execPath,
      [
        join(ROOT, 'node_modules/vitest/vitest.mjs'),
        'run',
        '--bail=1',
        '--reporter=default',
        ...more,
        ...tests.map((test) => `${SOURCES}/${test}.test.ts`),
      ],
      {
        cwd: this.#directory,
        env: { ...process.env, NO_COLOR: '1', TMPDIR: this.#scratch },
        stdio: ['ignore', 'pipe', 'pipe'],
        detached: true,
      },
    );
    let output = '';
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding('utf8').on('data', (text) => (output += text));
    const killAll = () => {
      try {
        // The group: tests have processes of their own.
        if (child.pid !== undefined) process.kill(-child.pid, 'SIGKILL');
      } catch {
        // All of it is gone already.
      }
    };
    let isOver = false;
    interrupted.signal.addEventListener('abort', killAll, { once: true });
    const timer = setTimeout(() => {
      isOver = true;
      killAll();
    }, limit);
    const code = await new Promise<number | null>((resolve) => child.on('close', resolve));
    clearTimeout(timer);
    interrupted.signal.removeEventListener('abort', killAll);
    killAll();
    rmSync(this.#scratch, { recursive: true, force: true, maxRetries: 5 });
    interrupted.signal.throwIfAborted();
    const by = [/^\s*FAIL\s+(.*)$/m.exec(output)?.[1], /^\w*Error: .*/m.exec(output)?.[0]].filter(Boolean).join(': ');
    return { verdict: isOver ? 'timeout' : code === 0 ? 'survived' : 'killed', by };
  }

  /** The quick tests first, and the others only when those noticed nothing. */
  async testInTurn([first = '', ...others]: readonly string[], limit: number): ReturnType<Laboratory['test']> {
    const result = await this.test([first], limit, `--testTimeout=${QUICK_MS}`);
    return result.verdict === 'survived' && others.length > 0 ? this.test(others, limit) : result;
  }

  [Symbol.dispose](): void {
    rmSync(this.#directory, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** How long the tests take when nothing is wrong, which they have to be the first time. */
const measure = async (laboratory: Laboratory, tests: readonly string[]): Promise<number> => {
  const began = performance.now();
  const { verdict, by } = await laboratory.test(tests, 600_000);
  if (verdict !== 'survived') throw new Error(`The tests fail without a mutant: ${by}`);
  return performance.now() - began;
};

async function examine(laboratory: Laboratory, file: string, tests: readonly string[]): Promise<Result[]> {
  const source = readFileSync(join(ROOT, SOURCES, file), 'utf8');
  const known = mutantsOf(file, source);
  const names = new Set(known.map(nameOf));
  for (const name of Object.keys(explained[file] ?? {})) {
    if (!names.has(name)) throw new Error(`mutants-explained.json explains what is not in ${file}: ${name}`);
  }
  const all = known.filter(
    (mutant) => (options.kind === '' || mutant.kind === options.kind) && nameOf(mutant).includes(options.match),
  );
  const mutants = sampleOf(all, Number(options.sample)).filter((mutant) => !explained[file]?.[nameOf(mutant)]);
  console.log(`\n${file}: ${mutants.length} of ${all.length} mutants, tests ${tests.join(', ')}`);
  if (options.list) for (const mutant of mutants) console.log(`  ${mutant.line} ${nameOf(mutant)}`);
  if (options.list || mutants.length === 0) return [];
  const limit = options.limit ? Number(options.limit) * 1000 : 3 * (await measure(laboratory, tests)) + SLACK_MS;
  const results: Result[] = [];
  for (const mutant of mutants) {
    const { start, end, replacement } = mutant;
    laboratory.write(file, source.slice(0, start) + replacement + source.slice(end));
    const began = performance.now();
    const { verdict, by } = await laboratory.testInTurn(tests, limit);
    results.push({ ...mutant, file, verdict, by });
    const seconds = ((performance.now() - began) / 1000).toFixed(0);
    console.log(
      `  ${verdict.padEnd(8)} ${seconds.padStart(3)} s  ${mutant.line}: ${nameOf(mutant)}${by && `  [${by}]`}`,
    );
  }
  laboratory.write(file, source);
  return results;
}

const scoreOf = (results: readonly Result[]) => {
  const noticed = results.filter(({ verdict }) => verdict !== 'survived').length;
  return `${noticed} of ${results.length} (${((100 * noticed) / Math.max(results.length, 1)).toFixed(0)} %)`;
};

const results: Result[] = [];
{
  using laboratory = new Laboratory();
  for (const files of Object.values(GROUPS)) {
    for (const [file, tests] of Object.entries(files)) {
      if (file.includes(options.only)) results.push(...(await examine(laboratory, file, tests)));
    }
  }
}
console.log('');
for (const [group, files] of Object.entries(GROUPS)) {
  const ofGroup = Object.groupBy(
    results.filter(({ file }) => file in files),
    ({ file }) => file,
  );
  const all = Object.values(ofGroup).flatMap((each) => each ?? []);
  if (all.length > 0) console.log(`${group}: noticed ${scoreOf(all)}`);
  for (const [file, each = []] of Object.entries(ofGroup)) console.log(`  ${file}: ${scoreOf(each)}`);
}
const survivors = results.filter(({ verdict }) => verdict === 'survived');
for (const mutant of survivors) console.log(`survived: ${mutant.file}:${mutant.line} ${nameOf(mutant)}`);
if (options.out !== undefined) writeFileSync(options.out, JSON.stringify(results, null, 2));
process.exitCode = survivors.length === 0 ? 0 : 1;
