import { readFile } from 'node:fs/promises';
import path from 'node:path';
import { expect, onTestFinished } from 'vitest';
import type { DownloadDisk } from '../../../extension/models/download-disk.ts';
import { DownloadFolder } from '../../../extension/models/download-folder.ts';
import { DownloadQueue } from '../../../extension/models/download-queue.ts';
import type { DownloadRequest } from '../../../extension/models/download-request.ts';
import type { DownloadPhase, DownloadState } from '../../../extension/models/download-state.ts';
import { HubAddress } from '../../../extension/models/hub-address.ts';
import { HubClient } from '../../../extension/models/hub-client.ts';
import { commit, sha256, type FakeHub } from './fake-hub.ts';

interface WindowOptions {
  readonly token?: string;
  readonly disk?: DownloadDisk;
  readonly stallMs?: number;
}

/** One window's queue of downloads from a fake hub, with folders that other windows of the test may share. */
export class DownloadWindow {
  readonly queue: DownloadQueue;
  readonly faults: unknown[] = [];

  constructor(hub: FakeHub, folder: string, { token, disk, stallMs = 60_000 }: WindowOptions = {}) {
    this.queue = new DownloadQueue({
      hub: clientOf(hub, token),
      folder: new DownloadFolder(path.join(folder, 'hub')),
      records: path.join(folder, 'downloads'),
      failed: (thrown) => this.faults.push(thrown),
      patience: { stallMs, retryMs: 1 },
      ...(disk !== undefined && { disk }),
    });
    onTestFinished(() => this.queue.dispose());
  }

  /** The state of a download, once it is in one of these phases. */
  async reaches(id: string, ...phases: readonly DownloadPhase[]): Promise<DownloadState> {
    return await this.until((states) => states.find((state) => state.id === id && phases.includes(state.phase)));
  }

  /** What `look` finds in the states, once it finds something. */
  async until<Found>(look: (states: readonly DownloadState[]) => Found | undefined): Promise<Found> {
    return await new Promise((resolve) => {
      const check = (): void => {
        const found = look(this.queue.states);
        if (found === undefined) return;
        listening.dispose();
        resolve(found);
      };
      const listening = this.queue.onChange(check);
      check();
    });
  }
}

function clientOf(hub: FakeHub, token?: string): HubClient {
  return new HubClient({
    fetch: (url, init) => fetch(url, init),
    address: () => new HubAddress(hub.endpoint),
    token: async () => token,
  });
}

/** A request for files that the fake hub has. */
export function requestFor(
  repository: string,
  files: Readonly<Record<string, Buffer>>,
  model = repository,
): DownloadRequest {
  return {
    repository,
    commit,
    quantisation: 'Q4_0',
    model,
    files: Object.entries(files).map(([name, bytes]) => ({ path: name, bytes: bytes.length, sha256: sha256(bytes) })),
  };
}

/** Expects the file of a finished download to be at its place, with these bytes. */
export async function expectFile({ phase, file, error }: DownloadState, bytes: Buffer): Promise<void> {
  expect({ phase, error }).toEqual({ phase: 'done', error: undefined });
  expect((await readFile(file ?? '')).equals(bytes)).toBe(true);
}
