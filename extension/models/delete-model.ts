import { realpath, rm } from 'node:fs/promises';
import type { FoundModel } from '../../native/protocol/model.ts';
import type { DownloadQueue } from './download-queue.ts';
import type { DownloadState } from './download-state.ts';
import { splitsOf } from './model-splits.ts';

/** Whether the files of a model are Moonwright's to delete: imported, or downloaded by it. */
export async function isDeletable(model: FoundModel, downloads: readonly DownloadState[]): Promise<boolean> {
  return model.origin === 'moonwright' || (await downloadOf(model, downloads)) !== undefined;
}

/** Deletes the files of a model that is deletable; what another program still shows of them stays. */
export async function deleteModel(model: FoundModel, queue: DownloadQueue): Promise<void> {
  const download = await downloadOf(model, queue.states);
  if (download !== undefined) return await queue.deleteFiles(download.id);
  if (model.origin === 'moonwright') for (const file of splitsOf(model.path)) await rm(file, { force: true });
}

/** The finished download that brought the model. A file of two commits has two names. */
async function downloadOf(model: FoundModel, downloads: readonly DownloadState[]): Promise<DownloadState | undefined> {
  const real = await realPath(model.path);
  for (const download of downloads)
    if (download.file !== undefined && (await realPath(download.file)) === real) return download;
  return undefined;
}

async function realPath(file: string): Promise<string> {
  return await realpath(file).catch(() => file);
}
