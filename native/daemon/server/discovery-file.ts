import { readFileSync, rmSync } from 'node:fs';
import { writePrivateFile } from '../../local/private-file.ts';
import { CodedError, reasonOf } from '../../protocol/coded-error.ts';

/** Address of the daemon for clients; also printed as one line on stdout. */
export interface ReadyLine {
  readonly port: number;
  readonly url: string;
  readonly token: string;
  readonly pid: number;
  readonly model: string | null;
  readonly backend: string;
  readonly context: number | null; // tokens per session
}

export interface DiscoveryRecord extends ReadyLine {
  readonly protocol: number;
  readonly version: string;
  readonly modelPath: string | null;
  readonly http: boolean; // whether the OpenAI endpoint is served
}

/** Replaces the file atomically; only its owner can read it. Throws `file.failed`; the old file is then as it was. */
export function writeDiscovery(file: string, record: DiscoveryRecord): void {
  try {
    writePrivateFile(file, `${JSON.stringify(record)}\n`);
  } catch (error) {
    const reason = reasonOf(error);
    throw new CodedError('file.failed', `Cannot write ${file}: ${reason}. Free some space on this disk.`, {
      cause: error,
    });
  }
}

/** The record; undefined when the file is absent or no valid record. */
export function readDiscovery(file: string): DiscoveryRecord | undefined {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch {
    return undefined;
  }
  return isRecord(value) ? value : undefined;
}

export function removeDiscovery(file: string): void {
  rmSync(file, { force: true });
}

/** The line on stdout, as JSON. */
export function readyLine({ port, url, token, pid, model, backend, context }: ReadyLine): string {
  return JSON.stringify({ port, url, token, pid, model, backend, context } satisfies ReadyLine);
}

function isRecord(value: unknown): value is DiscoveryRecord {
  if (typeof value !== 'object' || value === null) return false;
  const { port, url, token, pid, protocol } = value as Partial<Record<keyof DiscoveryRecord, unknown>>;
  return (
    typeof port === 'number' &&
    typeof url === 'string' &&
    typeof token === 'string' &&
    typeof pid === 'number' &&
    typeof protocol === 'number'
  );
}
