import { readFile } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import type { MachineMemory } from './placement.ts';
import type { Bandwidths } from './speed.ts';

/** RAM of this machine. Linux says what is available beside its caches; elsewhere caches are guessed at half of what is used. */
export async function machineMemory(): Promise<MachineMemory> {
  const totalBytes = totalmem();
  const stated = await availableOnLinux();
  const guessed = process.platform === 'win32' ? freemem() : freemem() + (totalBytes - freemem()) / 2;
  const limit = process.constrainedMemory();
  const inside = limit > 0 && limit < totalBytes ? limit : totalBytes;
  return { totalBytes: inside, availableBytes: Math.min(stated ?? guessed, inside) };
}

async function availableOnLinux(): Promise<number | undefined> {
  if (process.platform !== 'linux') return undefined;
  const text = await readFile('/proc/meminfo', 'utf8').catch(() => '');
  const kilobytes = /^MemAvailable:\s+(\d+) kB$/m.exec(text)?.[1];
  return kilobytes === undefined ? undefined : Number(kilobytes) * 1024;
}

const measuredBytes = 64 * 1024 * 1024;
/** One thread copying gets about half of what all threads reading get on a desktop with two memory channels. */
const threadsOverCopy = 2;

let measured: Bandwidths | undefined;

/** Copies 64 MiB three times (some 30 ms, once per process) and concludes the RAM's bandwidth from the fastest. */
export function measureBandwidths(): Bandwidths {
  measured ??= { ram: copyBandwidth() * threadsOverCopy, ramMeasured: true };
  return measured;
}

/** Bytes read and written per second. */
function copyBandwidth(): number {
  const from = Buffer.alloc(measuredBytes, 1);
  const to = Buffer.alloc(measuredBytes, 2);
  let seconds = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++) {
    const start = process.hrtime.bigint();
    from.copy(to);
    seconds = Math.min(seconds, Number(process.hrtime.bigint() - start) / 1e9);
  }
  return (2 * measuredBytes) / seconds;
}
