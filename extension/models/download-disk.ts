import type { FileHandle } from 'node:fs/promises';
import { statfs } from 'node:fs/promises';
import path from 'node:path';
import { CodedError } from '../../native/protocol/coded-error.ts';
import { translate } from '../translation.ts';
import { isMissing } from '../workspace/file-errors.ts';

/** What a download needs of the disk besides files. */
export interface DownloadDisk {
  /** Bytes that this user may still write below a folder, which need not exist yet. */
  freeBytes(folder: string): Promise<number>;
  /** Writes all bytes at a position. Rejects as the disk does. */
  write(file: FileHandle, bytes: Uint8Array, position: number): Promise<void>;
}

export const realDisk: DownloadDisk = {
  async freeBytes(folder) {
    for (let at = path.resolve(folder); ; at = path.dirname(at)) {
      try {
        const { bavail, bsize } = await statfs(at);
        return bavail * bsize;
      } catch (error) {
        if (!isMissing(error) || at === path.dirname(at)) throw error;
      }
    }
  },
  async write(file, bytes, position) {
    for (let written = 0; written < bytes.length;) {
      const { bytesWritten } = await file.write(bytes, written, bytes.length - written, position + written);
      written += bytesWritten;
    }
  },
};

/** Left free, so that the machine goes on working beside a finished download. */
const reserveBytes = 256 * 1024 * 1024;

/** Throws download.space, with both numbers, if `bytes` more do not fit below `folder`. */
export async function requireSpace(disk: DownloadDisk, folder: string, bytes: number): Promise<void> {
  const free = await disk.freeBytes(folder);
  if (bytes === 0 || bytes + reserveBytes <= free) return;
  const text = translate(
    'The disk of {0} has {1} free, and {2} are still to come; make room, then resume.',
    folder,
    sizeText(free),
    sizeText(bytes),
  );
  throw new CodedError('download.space', text, { data: { free, bytes } });
}

/** The error of a disk that ran full, or may not be written. */
export function diskError(error: unknown): unknown {
  if (!(error instanceof Error && 'code' in error)) return error;
  if (error.code === 'ENOSPC' || error.code === 'EDQUOT') {
    const text = translate('The disk is full. What has arrived is kept; make room, then resume.');
    return new CodedError('download.space', text, { cause: error });
  }
  if (['EACCES', 'EPERM', 'EROFS', 'EIO'].includes(String(error.code))) {
    const text = translate(
      'The folder for models cannot be written ({0}); check the disk, then resume.',
      error.message,
    );
    return new CodedError('file.failed', text, { cause: error });
  }
  return error;
}

/** A size for people, such as `4.7 GB`. */
export function sizeText(bytes: number): string {
  if (bytes >= 1e9) return `${(bytes / 1e9).toFixed(1)} GB`;
  if (bytes >= 1e6) return `${Math.round(bytes / 1e6)} MB`;
  return `${Math.ceil(bytes / 1e3)} kB`;
}
