import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';

import { FSx } from '@aws-sdk/client-fsx';
import type { TaskNewsJson } from '@drt/contract/events';
import express from 'express';
import { expect, test, vi } from 'vitest';

import { ask, CLIENT, startTestServer } from '../testing.ts';
import { eventsRoute } from './events.ts';
import type { TaskMirror } from './task-mirror.ts';

interface Event {
  readonly name: string;
  // Whatever came: tests compare it with what they expect.
  readonly data: unknown;
}

/** Reads a stream as a browser would, heartbeats left out. */
const openStream = async (url: string) => {
  const controller = new AbortController();
  const response = await fetch(url, { signal: controller.signal });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  let unread = '';
  /** The next event; undefined at the end of the stream. */
  const next = async (): Promise<Event | undefined> => {
    for (;;) {
      const end = unread.indexOf('\n\n');
      if (end >= 0) {
        const text = unread.slice(0, end);
        unread = unread.slice(end + 2);
        const name = /^event: (.*)$/m.exec(text)?.[1] ?? '';
        if (name !== 'beat') return { name, data: JSON.parse(/^data: (.*)$/m.exec(text)?.[1] ?? 'null') };
      } else {
        const chunk = await reader?.read();
        if (!chunk || chunk.done) return undefined;
        unread += chunk.value;
      }
    }
  };
  /** The next event for which `when` holds. */
  const until = async (when: (event: Event) => boolean): Promise<Event> => {
    for (;;) {
      const event = await next();
      if (!event) throw new Error('the stream ended');
      if (when(event)) return event;
    }
  };
  return { response, next, until, close: () => controller.abort() };
};

/** The route alone, over a mirror that says what the test wants. */
const serve = async () => {
  const listeners = new Set<Parameters<TaskMirror['watch']>[0]>();
  const closing = new AbortController();
  const watch: TaskMirror['watch'] = (listener) => {
    listeners.add(listener);
    return () => listeners.delete(listener);
  };
  const region = { tasks: { watch }, tell: () => Promise.reject(new Error('nobody asks')) };
  const regions = { of: () => region };
  const app = express().get('/', eventsRoute({ regions, tellsWork: false, closing: closing.signal }));
  const server = createServer(app).listen(0, '127.0.0.1');
  await once(server, 'listening');
  // It listens on TCP.
  const { port } = server.address() as AddressInfo;
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    closing,
    listeners,
    tell: (news: TaskNewsJson | 'failed') => {
      for (const listener of listeners) listener(news);
    },
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};

const task = (number: number, name = 'x') => ({
  TaskId: `task-${String(number).padStart(17, '0')}`,
  Lifecycle: 'EXECUTING',
  Type: 'EXPORT_TO_REPOSITORY',
  CreationTime: 1_700_000_000,
  Tags: [{ Key: 'Name', Value: name }],
});
const news = (...tasks: ReturnType<typeof task>[]): TaskNewsJson => ({ tasks, created: [], removed: [] });
const NOTHING = news();

test('one watch of the mirror serves all streams, in order, and ends with the last of them', async () => {
  await using world = await serve();
  const streams = await Promise.all(Array.from({ length: 200 }, () => openStream(world.url)));
  for (const each of streams) expect(await each.next()).toEqual({ name: 'hello', data: {} });
  expect(world.listeners.size).toBe(1);
  world.tell(NOTHING);
  world.tell(news(task(1)));
  world.tell(news(task(1, 'y'), task(2)));
  for (const each of streams) {
    expect(await each.next()).toEqual({ name: 'tasks', data: news(task(1)) });
    expect(await each.next()).toEqual({ name: 'tasks', data: news(task(1, 'y'), task(2)) });
    each.close();
  }
  await vi.waitFor(() => expect(world.listeners.size).toBe(0));
});

test('trouble with FSx is told once, also to those who come later; then browsers ask again', async () => {
  await using world = await serve();
  const early = await openStream(world.url);
  world.tell('failed');
  world.tell('failed');
  const late = await openStream(world.url);
  world.tell(NOTHING);
  for (const each of [early, late]) {
    expect([await each.next(), await each.next(), await each.next()].map((event) => event?.name)).toEqual([
      'hello',
      'stale',
      'resync',
    ]);
    each.close();
  }
});

test('a change too large to tell is asked for', async () => {
  await using world = await serve();
  const stream = await openStream(world.url);
  world.tell(news(task(1, 'x'.repeat(300_000))));
  expect((await stream.next())?.name).toBe('hello');
  expect(await stream.next()).toEqual({ name: 'resync', data: {} });
  stream.close();
});

test('a browser that does not read is cut off, and the others are not kept waiting', async () => {
  await using world = await serve();
  const slow = connect(world.port, '127.0.0.1');
  slow.write('GET / HTTP/1.1\r\nHost: localhost\r\n\r\n');
  slow.pause();
  const cut = once(slow, 'close');
  slow.on('error', () => undefined);
  const quick = await openStream(world.url);
  await vi.waitFor(() => expect(world.listeners.size).toBe(1));
  const large = news(task(1, 'x'.repeat(200_000)));
  let told = 0;
  await vi.waitFor(
    async () => {
      // What the kernel holds for a connection comes before what we do.
      for (let more = 0; more < 20; more += 1, told += 1) {
        world.tell(large);
        await quick.until(({ name }) => name === 'tasks');
      }
      expect(told).toBeGreaterThanOrEqual(100);
    },
    { timeout: 20_000 },
  );
  quick.close();
  // With the quick one gone, only the slow one could still hold on.
  await vi.waitFor(() => expect(world.listeners.size).toBe(0));
  slow.resume();
  await cut;
});

test('closing ends every stream, and a late one at once', async () => {
  await using world = await serve();
  const stream = await openStream(world.url);
  await stream.next();
  world.closing.abort();
  expect(await stream.next()).toBeUndefined();
  const late = await openStream(world.url);
  expect((await late.next())?.name).toBe('hello');
  expect(await late.next()).toBeUndefined();
});

test('the real server tells of a task from its creation to its end, and of its work', { timeout: 60_000 }, async () => {
  await using server = await startTestServer({ WORKERS: '1' });
  const fsx = new FSx({ ...CLIENT, endpoint: server.url });
  const { FileSystem } = await fsx.createFileSystem({
    FileSystemType: 'LUSTRE',
    StorageCapacity: 1200,
    SubnetIds: ['subnet-00000000'],
  });
  const FileSystemId = FileSystem?.FileSystemId ?? '';
  await fsx.createDataRepositoryAssociation({
    FileSystemId,
    FileSystemPath: '/',
    DataRepositoryPath: 's3://fsx-sample/events/',
  });
  const url = `${server.url}/api/events`;
  const stream = await openStream(url);
  expect(stream.response.headers.get('content-type')).toBe('text/event-stream');
  expect(stream.response.headers.get('cache-control')).toBe('no-store, no-transform');
  expect(await stream.next()).toEqual({ name: 'hello', data: {} });
  // As a browser does when its stream begins. From then on what is new is told.
  const query = {
    filter: { operation: 'and', tokens: [] },
    sort: { property: 'created', descending: true },
    page: 1,
    pageSize: 20,
  };
  const listed = await ask(`${server.url}/api/tasks/list`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify(query),
  });
  expect(listed.json()).toMatchObject({ total: 0, complete: true });

  const created = await fsx.createDataRepositoryTask({
    FileSystemId,
    Type: 'EXPORT_TO_REPOSITORY',
    Report: { Enabled: false },
  });
  const TaskId = created.DataRepositoryTask?.TaskId ?? '';
  const first = await stream.until(({ name }) => name === 'tasks');
  expect(first.data).toMatchObject({ tasks: [{ TaskId }], created: [TaskId], removed: [] });
  // A worker may be faster than the first look.
  const tellsEnd = ({ data }: typeof first) => JSON.stringify(data).includes('"SUCCEEDED"');
  if (!tellsEnd(first)) await stream.until(tellsEnd);

  const work = await openStream(`${url}?task=${TaskId}`);
  expect((await work.until(({ name }) => name === 'work')).data).toMatchObject({
    TaskId,
    ActivityFrom: 0,
    work: { Stage: 'FINISH', Activity: [{ Event: 'PENDING' }, {}, {}, { Event: 'SUCCEEDED' }] },
  });

  expect((await ask(`${url}?task=x`)).json()).toMatchObject({ code: 'BadRequest' });
  for (const headers of [{ Origin: 'http://elsewhere.example' }, { 'Sec-Fetch-Site': 'cross-site' }]) {
    expect((await ask(url, { headers })).json()).toMatchObject({ code: 'AccessDeniedException' });
  }

  // Ended, not cut: a stream that was cut would make the read fail.
  const ended = stream.until(() => false).catch((error: unknown) => error);
  expect(await server.process.end('SIGTERM')).toEqual({ code: 0, signal: null });
  expect(await ended).toEqual(new Error('the stream ended'));
  fsx.destroy();
});
