// Brings up Ceph's radosgw, a real S3 store that is not ours, from Debian's packages: one monitor, one object store
// daemon that keeps its data in memory, one gateway, all on loopback and on free ports, in one temporary directory.
import { spawn } from 'node:child_process';
import { randomBytes, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import {
  accessSync,
  constants,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const PACKAGES = ['ceph-mon', 'ceph-osd', 'radosgw'];
const PROGRAMS = ['ceph', 'ceph-authtool', 'ceph-mon', 'ceph-osd', 'monmaptool', 'radosgw', 'radosgw-admin', 'setpriv'];
const INSTALL = `apt-get install -y --no-install-recommends ${PACKAGES.join(' ')}`;

/** How long one step may take before the start counts as failed, in milliseconds. */
const STEP = 60_000;
const ATTEMPTS = 2;

/**
 * Makes sure that the programs are there; installs them when this is Debian and we are root.
 * Throws an Error whose message is the one sentence to print.
 */
export async function ensureInstalled() {
  if (PROGRAMS.every(onPath)) return;
  if (!onPath('apt-get') || process.getuid?.() !== 0) {
    throw new Error(`radosgw is not installed: run "${INSTALL}" as root on Debian or Ubuntu, then try again.`);
  }
  console.error(`Installing ${PACKAGES.join(', ')} with apt-get.`);
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  try {
    await run('apt-get', ['update'], { timeout: 5 * STEP, env });
    await run('apt-get', INSTALL.split(' ').slice(1), { timeout: 10 * STEP, env });
  } catch (error) {
    throw new Error(`radosgw could not be installed; run "${INSTALL}" by hand. (${error.message})`, { cause: error });
  }
}

/**
 * Starts a cluster and answers once its S3 endpoint serves. `signal` aborts the start. A start that fails is tried once
 * more from nothing: the ports are chosen free but somebody else may take one before the daemon does.
 * @returns {Promise<{endpoint: string, region: string, accessKeyId: string, secretAccessKey: string, stop(): Promise<void>}>}
 */
export async function startRadosgw(signal) {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await startOnce(signal);
    } catch (error) {
      if (signal.aborted || attempt === ATTEMPTS) throw error;
      console.error(`radosgw did not start, trying once more: ${error.message}`);
    }
  }
}

async function startOnce(signal) {
  const directory = mkdtempSync(join(tmpdir(), 'radosgw-'));
  const daemons = [];
  // Nothing in the cluster is worth an orderly shutdown, and the object store daemon waits for a monitor to say goodbye
  // to: SIGKILL by pid, newest first.
  const stop = async () => {
    for (const daemon of daemons.toReversed()) await daemon.kill();
    rmSync(directory, { recursive: true, force: true, maxRetries: 5 });
  };
  try {
    const keys = await startCluster(directory, daemons, signal);
    return { ...keys, stop };
  } catch (error) {
    const logs = daemons.map((daemon) => daemon.lastWords()).join('');
    await stop();
    if (signal.aborted) throw signal.reason;
    throw new Error(`${error.message}${logs}`, { cause: error });
  }
}

async function startCluster(directory, daemons, signal) {
  const [monPort, s3Port] = await freePorts(2);
  const conf = join(directory, 'ceph.conf');
  const at = (name) => join(directory, name);
  const fsid = randomUUID();
  const osdUuid = randomUUID();
  for (const name of ['mon', 'osd', 'rgw']) mkdirSync(at(name));
  writeFileSync(conf, configuration({ directory, fsid, monPort, s3Port }));
  const tool = (program, ...args) => run(program, ['-c', conf, ...args], { timeout: STEP, signal });
  const start = (program, ...args) => {
    const daemon = startDaemon(program, ['-c', conf, ...args, '-f'], at(`${program}.out`));
    daemons.push(daemon);
    return daemon;
  };

  const keyring = at('keyring');
  const allow = (...daemonTypes) => daemonTypes.flatMap((type) => ['--cap', type, 'allow *']);
  const authtool = (...args) => run('ceph-authtool', [keyring, '--gen-key', ...args], { timeout: STEP, signal });
  await authtool('--create-keyring', '-n', 'mon.', ...allow('mon'));
  await authtool('-n', 'client.admin', ...allow('mon', 'osd', 'mgr'));
  await authtool('-n', 'osd.0', '--cap', 'mon', 'allow profile osd', ...allow('osd'));
  const monmap = ['--create', '--clobber', '--addv', 'a', `[v2:127.0.0.1:${monPort}]`, '--fsid', fsid, at('monmap')];
  await run('monmaptool', monmap, { timeout: STEP, signal });

  await tool('ceph-mon', '--mkfs', '-i', 'a', '--monmap', at('monmap'), '--keyring', keyring);
  const mon = start('ceph-mon', '-i', 'a');
  // The `ceph` client waits without end for a monitor that does not answer: always with both timeouts.
  const ceph = (...args) => run('ceph', ['-c', conf, '--connect-timeout', '5', ...args], { timeout: 15_000, signal });
  // Naming the uuid in both places ties osd.0 to this cluster; else it refuses to start with "wrong fsid".
  await mon.until('the monitor answers', () => ceph('osd', 'new', osdUuid), signal);

  await tool('ceph-osd', '-i', '0', '--mkfs', '--osd-uuid', osdUuid);
  const osd = start('ceph-osd', '-i', '0');
  const isUp = async () => {
    const { num_up_osds: up } = JSON.parse(await ceph('osd', 'stat', '--format', 'json'));
    if (up !== 1) throw new Error(`${up} object store daemons are up`);
  };
  await osd.until('the object store daemon is up', isUp, signal);

  const accessKeyId = randomBytes(10).toString('hex').toUpperCase();
  const secretAccessKey = randomBytes(20).toString('hex');
  const user = [
    '--uid',
    'tester',
    '--display-name',
    'tester',
    '--access-key',
    accessKeyId,
    '--secret',
    secretAccessKey,
  ];
  await tool('radosgw-admin', 'user', 'create', ...user);

  const endpoint = `http://127.0.0.1:${s3Port}`;
  const gateway = start('radosgw', '-n', 'client.admin');
  const serves = async () => {
    const response = await fetch(endpoint, { signal: AbortSignal.timeout(5_000) });
    await response.body?.cancel();
    if (!response.ok) throw new Error(`HTTP ${response.status}`);
  };
  await gateway.until('the gateway answers', serves, signal);
  return { endpoint, region: 'us-east-1', accessKeyId, secretAccessKey };
}

function configuration({ directory, fsid, monPort, s3Port }) {
  return `
[global]
fsid = ${fsid}
mon host = [v2:127.0.0.1:${monPort}]
keyring = ${directory}/keyring
public addr = 127.0.0.1
cluster addr = 127.0.0.1
run dir = ${directory}
crash dir = ${directory}
admin socket =
log file = ${directory}/$name.log
mon cluster log to file = false

# One daemon holds the only copy of everything.
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 8
osd pool default pg autoscale mode = off
osd crush chooseleaf type = 0
mon allow pool size one = true
mon max pg per osd = 1000

# The monitor collects changes for a second before it commits them; a start makes a dozen.
paxos propose interval = 0.05
paxos min wait = 0.01

mon data = ${directory}/mon
osd data = ${directory}/osd
# In memory: starts without making a disk and takes only what is stored; the size is the ceiling.
osd objectstore = memstore
memstore device bytes = ${8 * 2 ** 30}

rgw data = ${directory}/rgw
rgw frontends = beast endpoint=127.0.0.1:${s3Port}
rgw enable apis = s3
`;
}

/** Starts a daemon in the foreground. It dies with this process, however this process ends. */
function startDaemon(program, args, output) {
  const fd = openSync(output, 'w');
  // `detached` keeps a Ctrl-C in the terminal from reaching the daemon before we have taken things down in order.
  const child = spawn('setpriv', ['--pdeathsig', 'KILL', program, ...args], {
    stdio: ['ignore', fd, fd],
    detached: true,
  });
  closeSync(fd);
  let failure;
  child.once('error', (error) => {
    failure = error.message;
  });
  const closed = once(child, 'close').then(
    ([code, signalName]) => {
      failure = `it ended with ${signalName ?? code}`;
    },
    () => {},
  );
  return {
    async until(goal, attempt, signal) {
      const deadline = Date.now() + STEP;
      for (;;) {
        signal.throwIfAborted();
        if (failure !== undefined) throw new Error(`${program}: ${failure}`);
        try {
          return await attempt();
        } catch (error) {
          if (Date.now() > deadline)
            throw new Error(`${goal}: not within ${STEP / 1000} s: ${error.message}`, { cause: error });
        }
        await delay(100, undefined, { signal });
      }
    },
    async kill() {
      child.kill('SIGKILL');
      await closed;
    },
    lastWords: () => `\n--- ${program} ---\n${readFileSync(output, 'utf8').split('\n').slice(-20).join('\n')}`,
  };
}

/** Runs a program to its end and answers its standard output. Rejects on a non-zero end, a timeout or an abort. */
async function run(program, args, { timeout, signal, env }) {
  const child = spawn(program, args, {
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout,
    killSignal: 'SIGKILL',
    signal,
    env,
  });
  let stdout = '';
  let stderr = '';
  child.stdout.setEncoding('utf8').on('data', (text) => (stdout += text));
  child.stderr.setEncoding('utf8').on('data', (text) => (stderr += text));
  const [code, signalName] = await once(child, 'close');
  if (code !== 0)
    throw new Error(`${program} ended with ${signalName ?? code}: ${stderr.trim().split('\n').slice(-5).join('\n')}`);
  return stdout;
}

function onPath(program) {
  return (process.env['PATH'] ?? '').split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      return false;
    }
  });
}

/** Ports that were free a moment ago, all different because they are held at the same time. */
async function freePorts(count) {
  const servers = Array.from({ length: count }, () => createServer().listen(0, '127.0.0.1'));
  await Promise.all(servers.map((server) => once(server, 'listening')));
  const ports = servers.map((server) => server.address().port);
  await Promise.all(servers.map((server) => once(server.close(), 'close')));
  return ports;
}
