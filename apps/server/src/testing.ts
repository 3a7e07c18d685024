import { fork } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

/**
 * The real server for tests: `main.ts` as a process of its own, with its sandbox and workers, on free ports and in a
 * folder of its own. Stopping it proves that it exits 0 in time and leaves no process behind.
 */

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

/** What the task of the server's user promises: see design.md's SIGTERM. */
const STOP_TIME = 15_000;

export interface Folder extends Disposable {
  readonly path: string;
}

/** A temporary folder that is removed when its scope ends. */
export const temporaryFolder = (): Folder => {
  const path = mkdtempSync(join(tmpdir(), 'drt-server-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
};

/** A server process, listening or not. */
export interface ServerProcess {
  readonly pid: number;
  /** What it wrote to standard output and standard error so far. */
  readonly output: () => string;
  readonly errors: () => string;
  /** Its message of the type `ready`; rejects with its last words if it ends before. */
  readonly ready: Promise<ReadyMessage>;
  /** Sends a signal, waits until it and all its children are gone, and says how it ended. */
  end(signal: NodeJS.Signals): Promise<Ending>;
  /** Waits until it ends by itself. */
  readonly ended: Promise<Ending>;
}

interface ReadyMessage {
  readonly url: string;
  readonly s3Endpoint: string;
}

interface Ending {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

/** The processes of which a file below `/proc/<pid>` says something; Linux only. */
const processes = (file: string, says: (content: string) => boolean): number[] =>
  readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return says(readFileSync(`/proc/${pid}/${file}`, 'utf8'));
      } catch {
        return false; // It ended between the two looks, or is not ours to read.
      }
    })
    .map(Number);

/** The living children of a process. */
export const childrenOf = (parent: number): number[] =>
  // `<pid> (<name>) <state> <parent> ...`, where the name may hold anything.
  processes('stat', (stat) => {
    const [state, ppid] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return ppid === String(parent) && state !== 'Z';
  });

const marked = (mark: string) => processes('environ', (environment) => environment.includes(mark));

const MARK = 'DRT_TEST_MARK';

/** Ends whatever a failed test left, by its process ID. */
const sweep = (mark: string) => {
  const left = marked(mark);
  for (const pid of left) process.kill(pid, 'SIGKILL');
  return left;
};

/**
 * Starts `main.ts` with exactly these variables (and PATH).
 * @param settings environment variables, over `PORT=0`, `SANDBOX_S3_PORT=0`, `SAMPLE=off` and `WORKERS=2`.
 */
export const forkServer = (dataDirectory: string, settings: Readonly<Record<string, string>> = {}): ServerProcess => {
  const mark = randomUUID();
  const child = fork(MAIN, {
    env: {
      PATH: process.env['PATH'],
      DATA_DIR: dataDirectory,
      PORT: '0',
      SANDBOX_S3_PORT: '0',
      SAMPLE: 'off',
      WORKERS: '2',
      [MARK]: mark,
      ...settings,
    },
    execArgv: [],
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  });
  let output = '';
  let errors = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => (output += text));
  child.stderr?.setEncoding('utf8').on('data', (text: string) => (errors += text));

  const exited = once(child, 'exit');
  // Its standard error is shared by all its children: it closes when the last of them has ended.
  const closed = once(child, 'close');
  // As documented by Node.
  const ended = closed.then(([code, signal]) => ({ code, signal }) as Ending);
  const ready = new Promise<ReadyMessage>((resolve, reject) => {
    child.once('message', (message) => resolve(message as ReadyMessage)); // main.ts sends only this one.
    void ended.then(({ code, signal }) => reject(new Error(`The server ended (${signal ?? code}):\n${errors}`)));
  });
  ready.catch(() => {}); // A test that does not wait for it wants to see the server fail.

  return {
    // A process that could not be started would have failed the test in `ready`.
    pid: child.pid ?? 0,
    output: () => output,
    errors: () => errors,
    ready,
    ended,
    async end(signal) {
      child.kill(signal);
      const inTime = AbortSignal.timeout(STOP_TIME);
      const late = once(inTime, 'abort').then(() => {
        throw new Error(`Still running 15 s after ${signal}: processes ${sweep(mark).join(', ')}\n${errors}`);
      });
      await Promise.race([exited, late]);
      await Promise.race([closed, late]);
      const left = sweep(mark);
      if (left.length > 0) throw new Error(`The server left processes ${left.join(', ')} behind.`);
      return ended;
    },
  };
};

export interface TestServer extends ReadyMessage, AsyncDisposable {
  readonly process: ServerProcess;
  readonly dataDirectory: string;
  /** The directory of a file system. */
  directoryOf(fileSystemId: string): string;
}

/** A server that is ready, in a new folder unless one is given; its end is checked, and its folder removed. */
export const startTestServer = async (
  settings: Readonly<Record<string, string>> = {},
  dataDirectory?: string,
): Promise<TestServer> => {
  const folder = dataDirectory === undefined ? temporaryFolder() : undefined;
  const path = dataDirectory ?? folder?.path ?? '';
  const server = forkServer(path, settings);
  const { url, s3Endpoint } = await server.ready.catch((error: unknown) => {
    folder?.[Symbol.dispose]();
    throw error;
  });
  return {
    url,
    s3Endpoint,
    process: server,
    dataDirectory: path,
    directoryOf: (fileSystemId) => join(path, 'file-systems', fileSystemId),
    async [Symbol.asyncDispose]() {
      using _ = folder;
      const { code, signal } = await server.end('SIGTERM');
      if (code !== 0) throw new Error(`The server ended with ${signal ?? code} instead of 0:\n${server.errors()}`);
    },
  };
};

/** Settings under which FSx and S3 clients talk to a test server. The server accepts any credentials by default. */
export const CLIENT: { region: string; credentials: { accessKeyId: string; secretAccessKey: string } } = {
  region: 'us-east-1',
  credentials: { accessKeyId: 'test', secretAccessKey: 'test-secret' },
};

interface RawAnswer {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
  // Whatever came: tests compare it with what they expect.
  readonly json: () => { readonly [member: string]: unknown };
}

/** One plain HTTP request, for what the SDK would never send. */
export const ask = async (url: string, init: RequestInit = {}): Promise<RawAnswer> => {
  const response = await fetch(url, init);
  const text = await response.text();
  return { status: response.status, headers: response.headers, text, json: () => JSON.parse(text) };
};
