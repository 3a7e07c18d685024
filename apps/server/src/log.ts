import { pino, type Logger } from 'pino';

/**
 * JSON lines on standard error; standard output is kept for the line that tells where the server is.
 * @param role which process writes: `server` or `worker`.
 */
export const openLog = (role: string, level: string): Logger =>
  pino(
    { level, base: { role, pid: process.pid }, timestamp: pino.stdTimeFunctions.isoTime },
    // Synchronous, so that the last words of a dying process are not lost.
    pino.destination({ fd: 2, sync: true }),
  );

/**
 * What this process does when its database can be relied on no longer: it ends at once, before it answers or writes
 * anything that builds on it. The next start looks at what is on the disk.
 */
export const endWithoutDatabase =
  (log: Logger) =>
  (error: Error): void => {
    log.fatal({ err: error }, 'the database cannot be relied on any more (see the disk it is on): this process ends');
    // Not `process.exit`: what libraries do at exit may need the disk that failed, and was seen to wait for ever.
    process.kill(process.pid, 'SIGKILL');
  };
