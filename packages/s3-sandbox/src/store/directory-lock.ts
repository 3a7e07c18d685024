import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { realpathSync, rmSync } from 'node:fs';
import { connect, createServer, type Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** How long a start waits for a predecessor that is on its way out, in milliseconds. */
const PATIENCE = 5000;

/**
 * One sandbox at a time on a directory: a second one would rewrite the log under the first and lose what that one has
 * acknowledged. This happens easily: the sandbox is a child process, and when its parent is killed and started again at
 * once, the new child may overlap with the old one.
 *
 * The lock is a listening local socket, because the kernel gives it back when the process dies, however it dies. Waits
 * for it, `patience` milliseconds at most.
 * @throws Error with a sentence for the user when the directory stays in use
 */
export async function lockDirectory(directory: string, patience = PATIENCE): Promise<AsyncDisposable> {
  const name = `s3-sandbox-${createHash('sha256').update(realpathSync(directory)).digest('hex').slice(0, 32)}`;
  const deadline = Date.now() + patience;
  for (;;) {
    const server = await tryListen(address(name));
    if (server !== undefined) return holding(server);
    if (Date.now() > deadline) throw new Error(`Another S3 sandbox is running on ${directory}: stop it first.`);
    await delay(50);
  }
}

/** Linux and Windows have names that vanish with their process; elsewhere the socket is a file. */
function address(name: string): string {
  if (process.platform === 'linux') return `\0${name}`;
  if (process.platform === 'win32') return `\\\\.\\pipe\\${name}`;
  return join(tmpdir(), `${name}.sock`);
}

async function tryListen(path: string): Promise<Server | undefined> {
  const server = createServer((socket) => socket.destroy());
  try {
    server.listen(path);
    await once(server, 'listening');
    server.unref();
    return server;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EADDRINUSE')) throw error;
    if (path.startsWith('/') && !(await isAnswered(path))) rmSync(path, { force: true });
    return undefined;
  }
}

/** Whether somebody still listens on a socket file. */
async function isAnswered(path: string): Promise<boolean> {
  const socket = connect(path);
  try {
    await once(socket, 'connect');
    return true;
  } catch {
    return false;
  } finally {
    socket.destroy();
  }
}

const holding = (server: Server): AsyncDisposable => ({
  async [Symbol.asyncDispose]() {
    server.close();
    await once(server, 'close');
  },
});
