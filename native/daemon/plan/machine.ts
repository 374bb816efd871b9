import { readFile } from 'node:fs/promises';
import { freemem, totalmem } from 'node:os';
import { setImmediate } from 'node:timers/promises';
import type { MachineMemory } from './placement.ts';
import type { Bandwidths } from './speed.ts';

/** RAM of this machine. Linux reports the available part; elsewhere half of the used memory counts as caches. */
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
/** Bytes per copy: short enough not to delay other work of the event loop. */
const sliceBytes = 4 * 1024 * 1024;
/** One thread copying gets about half of what all threads reading get on a desktop with two memory channels. */
const threadsOverCopy = 2;

let measured: Promise<Bandwidths> | undefined;

/**
 * Measures the RAM's bandwidth: the fastest of three copies of 64 MiB, made in slices. Measures once per process. Takes
 * about 100 ms and 128 MiB, so it is called only when a speed is wanted.
 */
export function measureBandwidths(): Promise<Bandwidths> {
  measured ??= copyBandwidth().then((copied) => ({ ram: copied * threadsOverCopy, ramMeasured: true }));
  return measured;
}

/** Bytes that one copying thread reads and writes per second, measured now. */
export async function copyBandwidth(): Promise<number> {
  const from = Buffer.allocUnsafeSlow(measuredBytes);
  const to = Buffer.allocUnsafeSlow(measuredBytes);
  const inSlices = async (work: (start: number, end: number) => void): Promise<number> => {
    let seconds = 0;
    for (let start = 0; start < measuredBytes; start += sliceBytes) {
      const before = performance.now();
      work(start, start + sliceBytes);
      seconds += (performance.now() - before) / 1000;
      await setImmediate();
    }
    return seconds;
  };
  // The system maps pages at the first write, which must not be timed.
  await inSlices((start, end) => from.fill(1, start, end));
  await inSlices((start, end) => to.fill(2, start, end));
  let seconds = Number.POSITIVE_INFINITY;
  for (let round = 0; round < 3; round++)
    seconds = Math.min(seconds, await inSlices((start, end) => from.copy(to, start, start, end)));
  return (2 * measuredBytes) / seconds;
}
