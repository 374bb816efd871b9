import { link, mkdir, realpath, rename, rm, stat } from 'node:fs/promises';
import { createReadStream, createWriteStream } from 'node:fs';
import path from 'node:path';
import { pipeline } from 'node:stream/promises';
import { CodedError } from '../../native/protocol/coded-error.ts';
import { translate } from '../translation.ts';
import { diskError, realDisk, requireSpace, type DownloadDisk } from './download-disk.ts';
import { sizeOf } from './download-folder.ts';
import { splitsOf } from './model-splits.ts';

/**
 * Brings a .gguf file, with all its splits, into `folder`. The original stays: where the disk can give a file a second
 * name it costs nothing, else it is copied. A model that is there already is left as it is. Returns the path of the
 * first file. Throws download.space, file.failed, request.cancelled; what was begun is removed then.
 */
export async function importModel(
  file: string,
  folder: string,
  signal: AbortSignal,
  disk: DownloadDisk = realDisk,
): Promise<string> {
  const sources = splitsOf(file);
  const targets = sources.map((source) => path.join(folder, path.basename(source)));
  const made: string[] = [];
  try {
    await mkdir(folder, { recursive: true });
    for (const [index, source] of sources.entries()) {
      const target = targets[index] ?? '';
      if ((await sizeOf(target)) !== undefined) {
        if (await isSame(source, target)) continue;
        const text = translate(
          'Another model called {0} is here already; rename the file first.',
          path.basename(target),
        );
        throw new CodedError('file.failed', text);
      }
      if (!(await linked(source, target))) {
        await requireSpace(disk, folder, (await stat(source)).size);
        made.push(`${target}.part`);
        await pipeline(createReadStream(source), createWriteStream(`${target}.part`, { flags: 'wx' }), { signal });
        await rename(`${target}.part`, target);
      }
      made.push(target);
    }
  } catch (error) {
    for (const each of made) await rm(each, { force: true });
    if (signal.aborted) throw new CodedError('request.cancelled', translate('Stopped.'), { cause: error });
    throw diskError(error);
  }
  return targets[0] ?? '';
}

async function isSame(one: string, other: string): Promise<boolean> {
  const [a, b] = [await stat(one), await stat(other)];
  return a.size === b.size && (a.ino === b.ino || a.mtimeMs <= b.mtimeMs);
}

/** Gives the file a second name; false where that is not possible, as on another disk. */
async function linked(source: string, target: string): Promise<boolean> {
  // A link of another program's cache is relative to its own folder.
  return await link(await realpath(source), target).then(
    () => true,
    () => false,
  );
}
