import type { StoredDownload } from './download-store.ts';
import { requestBytes } from './download-request.ts';

export type DownloadPhase = 'waiting' | 'running' | 'paused' | 'checking' | 'done' | 'failed';

/** A download, as it is shown. */
export interface DownloadState {
  /** The same after a reload and in every window. */
  readonly id: string;
  /** The catalogue's name, or repository and quantisation. */
  readonly model: string;
  readonly phase: DownloadPhase;
  /** Bytes on the disk, of `totalBytes`. */
  readonly bytes: number;
  readonly totalBytes: number;
  /** While it runs, after the first seconds. */
  readonly bytesPerSecond: number | undefined;
  readonly secondsLeft: number | undefined;
  /** A sentence that says what to do. */
  readonly error: string | undefined;
  /** The first .gguf file, when done. */
  readonly file: string | undefined;
}

/** How a stored download is shown; undefined for one that the user cancelled. */
export function stateOf({ id, wish, progress }: StoredDownload): DownloadState | undefined {
  if (wish.want === 'cancel') return undefined;
  const { request } = wish;
  const current = progress?.attempt === wish.attempt ? progress : undefined;
  const phase = phaseOf(wish.want, current?.phase);
  const moves = phase === 'running';
  return {
    id,
    model: request.model,
    phase,
    bytes: progress?.bytes ?? 0,
    totalBytes: requestBytes(request),
    bytesPerSecond: moves ? current?.bytesPerSecond : undefined,
    secondsLeft: moves ? current?.secondsLeft : undefined,
    error: phase === 'failed' || phase === 'paused' ? current?.error : undefined,
    file: phase === 'done' ? current?.file : undefined,
  };
}

function phaseOf(want: 'run' | 'pause', phase: DownloadPhase | undefined): DownloadPhase {
  if (phase === 'done') return 'done';
  if (want === 'pause') return phase === 'failed' ? 'failed' : 'paused';
  return phase ?? 'waiting';
}
