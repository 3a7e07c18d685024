// `npm test`: everything, in the order in which it fails fastest. Installs the AWS CLI, Firefox and what makes faults
// where they are missing and may.
import { spawnSync } from 'node:child_process';

import { findFirefox } from './find-firefox.mjs';

const run = (command, args, options = {}) => spawnSync(command, args, { stdio: 'inherit', ...options }).status === 0;

const has = (command) => spawnSync(command, ['--version'], { stdio: 'ignore' }).status === 0;

/** From Debian's packages, by root only. */
const install = (packages) => {
  if (packages.length === 0 || process.getuid?.() !== 0 || !has('apt-get')) return;
  console.log(`Installing ${packages.join(' and ')} (apt-get install)…`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  run('apt-get', ['update', '-qq'], { env });
  run('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages], { env, stdio: 'ignore' });
};

/** A program that tests of faults use, and its package. */
const FAULTS = [
  ['bindfs', 'bindfs'],
  ['fusermount3', 'fuse3'],
  ['strace', 'strace'],
  ['mkfs.xfs', 'xfsprogs'],
];
const isThere = (program) => spawnSync('sh', ['-c', `command -v ${program}`], { stdio: 'ignore' }).status === 0;

install([
  ...(has('aws') ? [] : ['awscli']),
  ...(findFirefox() ? [] : ['firefox-esr']),
  ...FAULTS.flatMap(([program, name]) => (isThere(program) ? [] : [name])),
]);

// The FSx endpoint tests drive the real AWS CLI, and the contract is compared with the API model it brings along.
if (!has('aws')) {
  console.log(
    'The AWS CLI is not installed (on Debian: apt-get install awscli), so the tests that drive it and those that read its FSx model are left out.',
  );
  process.env.DRT_NO_AWSCLI = '1';
}
if (!findFirefox()) {
  console.log(
    'Firefox is not installed (on Debian: apt-get install firefox-esr), so the main flows are tested in Chromium only.',
  );
}

const began = Date.now();
for (const step of ['types', 'lint', 'fmt:check', 'dead', 'unit', 'faults', 'e2e']) {
  const start = Date.now();
  const passed = run('npm', ['run', '--silent', step]);
  console.log(`${passed ? 'passed' : 'FAILED'}: ${step} (${((Date.now() - start) / 1000).toFixed(1)} s)`);
  if (!passed) process.exit(1);
}
console.log(`All passed in ${((Date.now() - began) / 1000).toFixed(0)} s.`);
