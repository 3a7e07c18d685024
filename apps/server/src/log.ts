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
