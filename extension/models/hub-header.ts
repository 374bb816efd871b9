import { mkdir, open, rm } from 'node:fs/promises';
import path from 'node:path';
import type { DownloadRequest } from './download-request.ts';
import type { HubClient } from './hub-client.ts';
import type { HubFile } from './hub-files.ts';

/** Enough for the header with the vocabulary, and for the headers of further splits, of all but a few models. */
const firstBytes = 12 * 1024 * 1024;
const splitBytes = 1024 * 1024;

/**
 * Loads the beginning of each file of a model, and calls `read` with the path of the first of the files that stand in
 * for them: they have the size of the real ones, with a hole where the weights would be. So the engine can read the
 * header, and plan, before a download. The files are removed then. Throws as HubClient does, and what `read` throws.
 */
export async function withHeader<Result>(
  hub: HubClient,
  request: DownloadRequest,
  folder: string,
  read: (file: string) => Promise<Result>,
  signal: AbortSignal,
): Promise<Result> {
  try {
    await mkdir(folder, { recursive: true });
    const names: string[] = [];
    for (const [index, file] of request.files.entries()) {
      const name = path.join(folder, path.posix.basename(file.path));
      await writeBeginning(hub, request, file, name, index === 0 ? firstBytes : splitBytes, signal);
      names.push(name);
    }
    return await read(names[0] ?? '');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function writeBeginning(
  hub: HubClient,
  request: DownloadRequest,
  file: HubFile,
  name: string,
  bytesMax: number,
  signal: AbortSignal,
): Promise<void> {
  const url = hub.address.file(request.repository, request.commit, file.path);
  const { response } = await hub.get(url, signal, { range: `bytes=0-${bytesMax - 1}` });
  const handle = await open(name, 'w');
  try {
    let position = 0;
    for await (const piece of response.body ?? []) {
      const fitting = piece.subarray(0, bytesMax - position);
      await handle.write(fitting, 0, fitting.length, position);
      position += fitting.length;
      // A server without ranges would send all of it.
      if (position >= bytesMax) break;
    }
    await handle.truncate(file.bytes);
  } finally {
    await handle.close();
  }
}
