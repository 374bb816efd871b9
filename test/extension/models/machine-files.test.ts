// Real: files, and downloads from a hub on this machine.
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { FoundModel } from '../../../native/protocol/model.ts';
import { deleteModel, isDeletable } from '../../../extension/models/delete-model.ts';
import { importModel } from '../../../extension/models/import-model.ts';
import { DownloadWindow, requestFor } from '../../support/hub/download-window.ts';
import { commit, FakeHub, sha256 } from '../../support/hub/fake-hub.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const { signal } = new AbortController();

describe('an imported model', () => {
  it('is there with all its splits, takes no room on the same disk, and leaves the original', async () => {
    const folder = temporaryFolder();
    const names = ['big-00001-of-00002.gguf', 'big-00002-of-00002.gguf'];
    for (const name of names) writeFileSync(path.join(folder, name), name);
    const models = path.join(folder, 'state/models');
    const file = await importModel(path.join(folder, 'big-00002-of-00002.gguf'), models, signal);
    expect(file).toBe(path.join(models, 'big-00001-of-00002.gguf'));
    expect(readdirSync(models)).toEqual(names);
    for (const name of names) {
      expect(readFileSync(path.join(models, name), 'utf8')).toBe(name);
      expect(statSync(path.join(models, name)).ino).toBe(statSync(path.join(folder, name)).ino);
    }
    expect(await importModel(path.join(folder, names[0] ?? ''), models, signal), 'a second time').toBe(file);
  });

  it("is the file itself, not the link that another program's cache shows", async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'cache/snapshots'), { recursive: true });
    writeFileSync(path.join(folder, 'cache/blob'), 'weights');
    symlinkSync('../blob', path.join(folder, 'cache/snapshots/a.gguf'));
    const file = await importModel(path.join(folder, 'cache/snapshots/a.gguf'), path.join(folder, 'models'), signal);
    expect(readFileSync(file, 'utf8')).toBe('weights');
  });

  it('does not replace another model of the same name', async () => {
    const folder = temporaryFolder();
    mkdirSync(path.join(folder, 'models'));
    writeFileSync(path.join(folder, 'models/a.gguf'), 'mine');
    writeFileSync(path.join(folder, 'a.gguf'), 'another');
    const imported = importModel(path.join(folder, 'a.gguf'), path.join(folder, 'models'), signal);
    await expect(imported).rejects.toThrow(/Another model called a\.gguf is here already/);
    expect(readFileSync(path.join(folder, 'models/a.gguf'), 'utf8')).toBe('mine');
  });

  it('leaves nothing of splits that are not all there', async () => {
    const folder = temporaryFolder();
    writeFileSync(path.join(folder, 'big-00001-of-00002.gguf'), 'one');
    const imported = importModel(path.join(folder, 'big-00001-of-00002.gguf'), path.join(folder, 'models'), signal);
    await expect(imported).rejects.toThrow();
    expect(readdirSync(path.join(folder, 'models'))).toEqual([]);
  });
});

describe('a deleted model', () => {
  const bytes = randomBytes(20_000);
  const files = { 'tiny-Q4_0.gguf': bytes };

  it('is gone with its folder when Moonwright downloaded it', async () => {
    const hub = await FakeHub.forTest();
    hub.add('moon/Tiny-GGUF', files);
    const folder = temporaryFolder();
    const { queue, faults } = new DownloadWindow(hub, folder);
    const own = new DownloadWindow(hub, folder);
    const { file = '' } = await own.reaches(await own.queue.add(requestFor('moon/Tiny-GGUF', files)), 'done');
    await queue.open();
    const found: FoundModel = { name: 'tiny-Q4_0', path: file, bytes: bytes.length, origin: 'hugging-face' };
    expect(await isDeletable(found, queue.states)).toBe(true);
    await deleteModel(found, queue);
    expect(existsSync(path.join(folder, 'hub/models--moon--Tiny-GGUF'))).toBe(false);
    expect(queue.states).toEqual([]);
    expect(faults).toEqual([]);
  });

  it('keeps bytes that another commit shows, and the commit itself', async () => {
    const hub = await FakeHub.forTest();
    hub.add('moon/Tiny-GGUF', files);
    const folder = temporaryFolder();
    const window = new DownloadWindow(hub, folder);
    const { file = '' } = await window.reaches(await window.queue.add(requestFor('moon/Tiny-GGUF', files)), 'done');
    const other = path.join(folder, 'hub/models--moon--Tiny-GGUF/snapshots/other');
    mkdirSync(other);
    symlinkSync(`../../blobs/${sha256(bytes)}`, path.join(other, 'tiny-Q4_0.gguf'));
    await deleteModel({ name: 'tiny', path: file, bytes: 1, origin: 'hugging-face' }, window.queue);
    expect(existsSync(file)).toBe(false);
    expect(existsSync(path.join(path.dirname(other), commit))).toBe(false);
    expect(readFileSync(path.join(other, 'tiny-Q4_0.gguf')).equals(bytes)).toBe(true);
  });

  it('is never one of another program', async () => {
    const folder = temporaryFolder();
    const file = path.join(folder, 'theirs.gguf');
    writeFileSync(file, 'theirs');
    const { queue } = new DownloadWindow(await FakeHub.forTest(), folder);
    for (const origin of ['hugging-face', 'lm-studio', 'llama.cpp', 'ollama'] as const) {
      const model: FoundModel = { name: 'theirs', path: file, bytes: 6, origin };
      expect(await isDeletable(model, queue.states)).toBe(false);
      await deleteModel(model, queue);
    }
    expect(existsSync(file)).toBe(true);
    await deleteModel({ name: 'own', path: file, bytes: 6, origin: 'moonwright' }, queue);
    expect(existsSync(file)).toBe(false);
  });
});
