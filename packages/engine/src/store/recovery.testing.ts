import { closeSync, openSync, writeSync } from 'node:fs';

import koffi from 'koffi';

/**
 * A process that is for ever in the middle of recovering the log of the database it is given: it holds the locks that
 * SQLite takes for that (https://www.sqlite.org/walformat.html, "WAL-Index Locks"), and the index is not valid.
 */
const flock = koffi.struct('flock', {
  l_type: 'int16',
  l_whence: 'int16',
  l_start: 'int64',
  l_len: 'int64',
  l_pid: 'int32',
});
const fcntl = koffi.load(null).func('fcntl', 'int', ['int', 'int', koffi.pointer(flock)]);
const F_SETLK = 6;
const F_WRLCK = 1;

const [path = ''] = process.argv.slice(2);
const index = openSync(`${path}-shm`, 'r+');
// Writing and recovering: closing any descriptor of the file would let them go.
for (const byte of [120, 122]) {
  const lock = { l_type: F_WRLCK, l_whence: 0, l_start: byte, l_len: 1, l_pid: 0 };
  if (fcntl(index, F_SETLK, lock) !== 0) throw new Error(`the lock at ${byte} is somebody else's`);
}
// The second copy of the header, which must be as the first.
writeSync(index, Buffer.alloc(48, 0xff), 0, 48, 48);
process.send?.('recovering');
process.on('disconnect', () => closeSync(index));
