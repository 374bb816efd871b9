import { readdirSync, readFileSync } from 'node:fs';
import { cpus } from 'node:os';
import path from 'node:path';
import type { EnergyCounters } from './energy-meter.ts';

/** Where Linux shows the energy counters of Intel's and AMD's processors. Often only root may read them. */
const raplFolder = '/sys/class/powercap';

/** The counters of this process and, where it may read them, of the machine. */
export function machineEnergy(folder = raplFolder): EnergyCounters {
  const joules = packageJoules(folder);
  const cpuSeconds = (): number => {
    const { user, system } = process.cpuUsage();
    return (user + system) / 1e6;
  };
  return joules === undefined
    ? { cpuSeconds }
    : { cpuSeconds, machine: () => ({ joules: joules(), busySeconds: busySeconds() }) };
}

/** Reads the energy of all processor packages since the first call. Undefined where none can be read. */
function packageJoules(folder: string): (() => number) | undefined {
  const packages = packageFolders(folder).flatMap((each) => {
    const [at, range] = [readNumber(each, 'energy_uj'), readNumber(each, 'max_energy_range_uj')];
    return at === undefined ? [] : [{ folder: each, at, range: range ?? 0 }];
  });
  if (packages.length === 0) return undefined;
  let microjoules = 0;
  return () => {
    for (const each of packages) {
      const now = readNumber(each.folder, 'energy_uj') ?? each.at;
      microjoules += now >= each.at ? now - each.at : now + each.range - each.at;
      each.at = now;
    }
    return microjoules / 1e6;
  };
}

/** Not those of parts of a package, nor of the whole platform: the same energy would count twice. */
function packageFolders(folder: string): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch {
    return []; // not Linux, or a kernel without them
  }
  return names
    .filter((name) => /^intel-rapl:\d+$/.test(name))
    .map((name) => path.join(folder, name))
    .filter((each) => readText(each, 'name')?.startsWith('package') === true);
}

function readNumber(folder: string, name: string): number | undefined {
  const value = Number(readText(folder, name) ?? Number.NaN);
  return Number.isFinite(value) ? value : undefined;
}

function readText(folder: string, name: string): string | undefined {
  try {
    return readFileSync(path.join(folder, name), 'utf8').trim();
  } catch {
    return undefined; // not ours to read
  }
}

/** Seconds that the processors of this machine have computed, for all programs. */
function busySeconds(): number {
  return cpus().reduce((sum, { times }) => sum + times.user + times.nice + times.sys + times.irq, 0) / 1000;
}
