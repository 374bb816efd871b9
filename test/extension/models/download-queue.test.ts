// Real: the queue, its files, its requests. Faked: the hub, by a server on this machine.
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir, readlink, stat } from 'node:fs/promises';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { realDisk } from '../../../extension/models/download-disk.ts';
import { DownloadWindow, expectFile, requestFor } from '../../support/hub/download-window.ts';
import { commit, FakeHub, sha256 } from '../../support/hub/fake-hub.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const model = randomBytes(3_000_000);
const repository = 'moon/Tiny-GGUF';
const files = { 'tiny-Q4_0.gguf': model };

async function hubWithModel(): Promise<FakeHub> {
  const hub = await FakeHub.forTest();
  hub.add(repository, files);
  return hub;
}

describe('a download', () => {
  it('ends with the checked file in the layout of the hub cache', async () => {
    const hub = await hubWithModel();
    const folder = temporaryFolder();
    const window = new DownloadWindow(hub, folder);
    await window.queue.open();
    const id = await window.queue.add(requestFor(repository, files));
    const state = await window.reaches(id, 'done', 'failed');
    await expectFile(state, model);
    const cache = path.join(folder, 'hub', 'models--moon--Tiny-GGUF');
    expect(state).toMatchObject({ bytes: model.length, totalBytes: model.length });
    expect(state.file).toBe(path.join(cache, 'snapshots', commit, 'tiny-Q4_0.gguf'));
    expect(await readlink(state.file ?? '')).toBe(path.join('..', '..', 'blobs', sha256(model)));
    expect(await readdir(path.join(cache, 'blobs'))).toEqual([sha256(model)]);
    expect(await readFile(path.join(cache, 'refs', 'main'), 'utf8')).toBe(commit);
    expect(window.faults).toEqual([]);
  });

  it('loads all files of a split model, in the folder that they have on the hub', async () => {
    const hub = await FakeHub.forTest();
    const parts = {
      'Q4_0/big-Q4_0-00001-of-00002.gguf': randomBytes(200_000),
      'Q4_0/big-Q4_0-00002-of-00002.gguf': randomBytes(100_000),
    };
    hub.add('moon/Big-GGUF', parts);
    const window = new DownloadWindow(hub, temporaryFolder());
    const state = await window.reaches(await window.queue.add(requestFor('moon/Big-GGUF', parts)), 'done', 'failed');
    await expectFile(state, parts['Q4_0/big-Q4_0-00001-of-00002.gguf']);
    expect((await readdir(path.dirname(state.file ?? ''))).length).toBe(2);
  });

  it('goes on where the connection broke, as often as it breaks', async () => {
    const hub = await hubWithModel();
    hub.cdn.dropAfter = 1_000_000;
    const window = new DownloadWindow(hub, temporaryFolder());
    const state = await window.reaches(await window.queue.add(requestFor(repository, files)), 'done', 'failed');
    await expectFile(state, model);
    const starts = hub.loads.map(({ range }) => Number(/\d+/.exec(range ?? '0')?.[0]));
    expect(starts[0]).toBe(0);
    expect(starts.length).toBeGreaterThanOrEqual(3);
    expect(starts.toSorted((a, b) => a - b)).toEqual(starts);
  });

  it('goes on when the server falls silent', async () => {
    const hub = await hubWithModel();
    hub.cdn.stallAfter = 2_000_000;
    const window = new DownloadWindow(hub, temporaryFolder(), { stallMs: 300 });
    const state = await window.reaches(await window.queue.add(requestFor(repository, files)), 'done', 'failed');
    await expectFile(state, model);
  });

  it('gives up on a hub that never answers, keeps what arrived, and goes on when asked', async () => {
    const hub = await hubWithModel();
    hub.cdn.dropAfter = 1_000_000;
    const window = new DownloadWindow(hub, temporaryFolder());
    const id = await window.queue.add(requestFor(repository, files));
    await hub.waitFor(() => hub.loads.length === 2);
    hub.status = 503;
    const failed = await window.reaches(id, 'failed');
    expect(failed.error).toMatch(/out of order \(503\); resume later/);
    expect(failed.bytes).toBeGreaterThan(0);
    hub.status = undefined;
    hub.cdn.dropAfter = undefined;
    await window.queue.resume(id);
    await expectFile(await window.reaches(id, 'done'), model);
    expect(hub.loads.at(-1)?.range).toMatch(/^bytes=[1-9]/);
  });

  it('is deleted when its bytes are not those that the hub announces, and says so', async () => {
    const hub = await hubWithModel();
    hub.cdn.corrupts = true;
    const folder = temporaryFolder();
    const window = new DownloadWindow(hub, folder);
    const state = await window.reaches(await window.queue.add(requestFor(repository, files)), 'done', 'failed');
    expect(state.error).toMatch(/^tiny-Q4_0\.gguf did not arrive as the hub announces it \(its SHA-256 differs\)/);
    expect(await readdir(path.join(folder, 'hub', 'models--moon--Tiny-GGUF', 'blobs'))).toEqual([]);
    expect(existsSync(path.join(folder, 'hub', 'models--moon--Tiny-GGUF', 'snapshots'))).toBe(false);
  });

  it('is refused before its bytes when the hub has another file by now', async () => {
    const hub = await hubWithModel();
    hub.linkedEtag = 'e'.repeat(64);
    const window = new DownloadWindow(hub, temporaryFolder());
    const state = await window.reaches(await window.queue.add(requestFor(repository, files)), 'done', 'failed');
    expect(state.error).toMatch(/another file on the hub by now/);
  });

  it.each([
    [401, /wants a login for this model.*Set the Hub's Token/],
    [403, /wants a login/],
    [404, /no such model or file/],
    [418, /answered 418/],
  ])('says what to do when the hub answers %i', async (status, sentence) => {
    const hub = await hubWithModel();
    hub.status = status;
    const window = new DownloadWindow(hub, temporaryFolder());
    const state = await window.reaches(await window.queue.add(requestFor(repository, files)), 'done', 'failed');
    expect(state).toMatchObject({ phase: 'failed', error: expect.stringMatching(sentence) });
    expect(hub.seen.length, 'what cannot change is not asked again').toBe(1);
  });

  it('waits as long as a server asks that has had too many requests', async () => {
    const hub = await hubWithModel();
    Object.assign(hub.cdn, { status: 429, headers: { 'retry-after': '1' } });
    const window = new DownloadWindow(hub, temporaryFolder());
    const begun = performance.now();
    const id = await window.queue.add(requestFor(repository, files));
    await hub.waitFor(() => hub.loads.length === 1);
    hub.cdn.status = undefined;
    await expectFile(await window.reaches(id, 'done', 'failed'), model);
    expect(performance.now() - begun).toBeGreaterThan(950);
  });

  it('sends the token to the hub and never to where the hub redirects', async () => {
    const hub = await hubWithModel();
    hub.token = 'secret';
    const window = new DownloadWindow(hub, temporaryFolder(), { token: 'secret' });
    await expectFile(
      await window.reaches(await window.queue.add(requestFor(repository, files)), 'done', 'failed'),
      model,
    );
    const tokens = (server: string): unknown[] =>
      hub.seen.filter((request) => request.server === server).map(({ authorization }) => authorization);
    expect(tokens('hub')).toEqual(['Bearer secret']);
    expect(tokens('cdn')).toEqual([undefined]);
  });
});

describe('a paused download', () => {
  /** Paused after its first megabyte, in a window that is closed then. */
  async function paused(hub: FakeHub, folder: string): Promise<string> {
    const window = new DownloadWindow(hub, folder);
    await window.queue.open();
    hub.cdn.stallAfter = 1_000_000;
    const id = await window.queue.add(requestFor(repository, files));
    const part = path.join(folder, 'hub', 'models--moon--Tiny-GGUF', 'blobs', `${sha256(model)}.part`);
    await expect.poll(async () => (await stat(part).catch(() => undefined))?.size).toBe(1_000_000);
    await window.queue.pause(id);
    expect(await window.reaches(id, 'paused')).toMatchObject({ totalBytes: model.length });
    await window.queue.dispose();
    hub.cdn.stallAfter = undefined;
    return id;
  }

  it('stays paused over a reload, and loads only the rest when resumed', async () => {
    const hub = await hubWithModel();
    const folder = temporaryFolder();
    const id = await paused(hub, folder);
    const loads = hub.loads.length;
    const window = new DownloadWindow(hub, folder);
    await window.queue.open();
    expect(window.queue.states).toMatchObject([{ id, phase: 'paused', bytes: 1_000_000 }]);
    expect(hub.loads.length).toBe(loads);
    await window.queue.resume(id);
    await expectFile(await window.reaches(id, 'done', 'failed'), model);
    expect(hub.loads.slice(loads).map(({ range }) => range)).toEqual(['bytes=1000000-']);
  });

  it('begins again where the server says by its etag that the file is another', async () => {
    const hub = await hubWithModel();
    const folder = temporaryFolder();
    const id = await paused(hub, folder);
    hub.cdn.etag = '"two"';
    const window = new DownloadWindow(hub, folder);
    await window.queue.open();
    await window.queue.resume(id);
    await expectFile(await window.reaches(id, 'done', 'failed'), model);
    expect(hub.loads.slice(-2).map(({ range }) => range)).toEqual(['bytes=1000000-', undefined]);
  });

  it('begins again where the server knows no ranges', async () => {
    const hub = await hubWithModel();
    const folder = temporaryFolder();
    const id = await paused(hub, folder);
    hub.cdn.ignoresRanges = true;
    const window = new DownloadWindow(hub, folder);
    await window.queue.open();
    await window.queue.resume(id);
    await expectFile(await window.reaches(id, 'done', 'failed'), model);
  });

  it('leaves nothing behind when it is cancelled', async () => {
    const hub = await hubWithModel();
    const folder = temporaryFolder();
    const id = await paused(hub, folder);
    const window = new DownloadWindow(hub, folder);
    await window.queue.open();
    await window.queue.cancel(id);
    expect(window.queue.states).toEqual([]);
    const blobs = path.join(folder, 'hub', 'models--moon--Tiny-GGUF', 'blobs');
    await expect.poll(() => readdir(blobs)).toEqual([]);
    await expect.poll(async () => (await readdir(path.join(folder, 'downloads'))).toSorted()).toEqual(['lock']);
  });
});

describe('the disk', () => {
  it('is asked for room before anything is loaded', async () => {
    const hub = await hubWithModel();
    const window = new DownloadWindow(hub, temporaryFolder(), {
      disk: { ...realDisk, freeBytes: async () => 2_000_000 },
    });
    await expect(window.queue.add(requestFor(repository, files))).rejects.toThrow(
      /has 2 MB free, and 3 MB are still to come; make room, then resume/,
    );
    expect(hub.seen).toEqual([]);
    expect(window.queue.states).toEqual([]);
  });

  it('that runs full pauses the download, and loses nothing', async () => {
    const hub = await hubWithModel();
    let room = 1_500_000;
    const window = new DownloadWindow(hub, temporaryFolder(), {
      disk: {
        ...realDisk,
        async write(file, bytes, position) {
          const fitting = bytes.subarray(0, Math.max(0, room - position));
          await realDisk.write(file, fitting, position);
          if (fitting.length < bytes.length)
            throw Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
        },
      },
    });
    const id = await window.queue.add(requestFor(repository, files));
    const full = await window.reaches(id, 'paused', 'failed', 'done');
    expect(full).toMatchObject({
      phase: 'paused',
      error: 'The disk is full. What has arrived is kept; make room, then resume.',
    });
    room = Number.POSITIVE_INFINITY;
    await window.queue.resume(id);
    await expectFile(await window.reaches(id, 'done', 'failed'), model);
    expect(hub.loads.map(({ range }) => range)).toEqual([undefined, 'bytes=1500000-']);
  });
});

describe('the queue', () => {
  it('reaches nothing before something is added', async () => {
    const hub = await hubWithModel();
    const window = new DownloadWindow(hub, temporaryFolder());
    await window.queue.open();
    expect(window.queue.states).toEqual([]);
    await window.queue.dispose();
    expect(hub.seen).toEqual([]);
  });

  it('loads one after the other, in the order of adding, and a failure does not hold up the rest', async () => {
    const hub = await hubWithModel();
    const other = { 'other-Q4_0.gguf': randomBytes(50_000) };
    hub.add('moon/Other-GGUF', other);
    hub.cdn.stallAfter = 100_000;
    const window = new DownloadWindow(hub, temporaryFolder());
    const ids = [
      await window.queue.add(requestFor('moon/Gone-GGUF', { 'gone.gguf': model })),
      await window.queue.add(requestFor(repository, files)),
      await window.queue.add(requestFor('moon/Other-GGUF', other)),
    ];
    await window.reaches(ids[0] ?? '', 'failed');
    await hub.waitFor(() => hub.loads.length === 1);
    await window.reaches(ids[1] ?? '', 'running');
    expect(window.queue.states.map(({ phase }) => phase)).toEqual(['failed', 'running', 'waiting']);
    await window.queue.cancel(ids[1] ?? '');
    await window.reaches(ids[2] ?? '', 'done');
    expect(window.queue.states.map(({ id }) => id)).toEqual([ids[0], ids[2]]);
  });

  it('loads in one of two windows, and both show how far it is and may stop it', async () => {
    const hub = await hubWithModel();
    const folder = temporaryFolder();
    hub.cdn.stallAfter = 1_000_000;
    const [first, second] = [new DownloadWindow(hub, folder), new DownloadWindow(hub, folder)];
    await first.queue.open();
    await second.queue.open();
    const id = await first.queue.add(requestFor(repository, files));
    await hub.waitFor(() => hub.loads.length === 1);
    expect(await second.queue.add(requestFor(repository, files))).toBe(id);
    await second.reaches(id, 'running');
    await second.queue.pause(id);
    await first.reaches(id, 'paused');
    expect(hub.loads.length).toBe(1);
    hub.cdn.stallAfter = undefined;
    await second.queue.resume(id);
    await expectFile(await first.reaches(id, 'done', 'failed'), model);
    await second.reaches(id, 'done');
    expect(hub.loads.length).toBe(2);
  });

  it('goes on in another window when the one that loaded is closed', async () => {
    const hub = await hubWithModel();
    const folder = temporaryFolder();
    hub.cdn.stallAfter = 1_000_000;
    const [first, second] = [new DownloadWindow(hub, folder), new DownloadWindow(hub, folder)];
    const id = await first.queue.add(requestFor(repository, files));
    await hub.waitFor(() => hub.loads.length === 1);
    await second.queue.open();
    hub.cdn.stallAfter = undefined;
    await first.queue.dispose();
    await expectFile(await second.reaches(id, 'done', 'failed'), model);
  });
});
