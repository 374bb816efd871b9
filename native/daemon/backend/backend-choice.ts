import path from 'node:path';
import type { Addon, LibraryVariant, NativeDevice, OpenedLibraries } from '../../addon/contract.ts';
import { CodedError } from '../../protocol/coded-error.ts';
import type { BackendName, BackendReport, DeviceInfo } from '../../protocol/model.ts';
import { loadAddon } from './addon-loader.ts';
import { childProbe } from './child-probe.ts';
import type { Probe, ProbeAnswer } from './child-probe.ts';
import { findLibraries, variantsOf } from './library-locations.ts';
import { daemonLevel } from './log-level.ts';

export interface BackendChoiceOptions {
  readonly forced: BackendName | 'auto';
  /** How a candidate is tried; by default in a child process of this daemon. */
  readonly probe?: Probe;
  readonly timeoutMs?: number;
  /** The machine's platform; tests pass others. */
  readonly platform?: NodeJS.Platform;
  readonly load?: () => Addon;
  readonly log: (level: 'debug' | 'info' | 'warn' | 'error', text: string) => void;
}

export interface BackendChoice {
  readonly report: BackendReport;
  readonly opened: OpenedLibraries;
  readonly addon: Addon;
}

interface Verdict {
  readonly backend: LibraryVariant;
  readonly usable: boolean;
  readonly reason: string;
  /** Environment variables to set before the libraries are opened. */
  readonly environment: Readonly<Record<string, string>>;
}

// Drivers of the first start compile and write caches; what takes longer is taken as a hang.
const timeoutDefaultMs = 30_000;
// ggml-vulkan leaves out devices of type CPU unless they are named.
const showSoftwareDevice = { GGML_VK_VISIBLE_DEVICES: '0' };

/**
 * Chooses the backend, opens its libraries in this process and says why. One process can hold only one variant and
 * loading one may abort or hang, so every candidate is first opened in a child process; all at once, judged in order.
 * Throws `library.unusable` when a forced backend cannot be used, `library.missing` when there is none at all.
 */
export async function chooseBackend(options: BackendChoiceOptions): Promise<BackendChoice> {
  const verdicts = await judgeAll(options);
  for (const { backend, usable, reason } of verdicts)
    options.log('info', `backend ${backend}: ${usable ? 'usable' : 'not used'}, ${reason}`);
  const winner = verdicts.find((verdict) => verdict.usable);
  if (winner === undefined) throw unusable(options.forced, verdicts);
  const directory = findLibraries(winner.backend);
  if (directory === undefined)
    throw new CodedError(
      'library.missing',
      `The libraries for ${winner.backend} are not installed; run "npm install".`,
    );
  for (const [name, value] of Object.entries(winner.environment)) process.env[name] = value;
  const addon = (options.load ?? loadAddon)();
  addon.onLog((level, text) => options.log(daemonLevel(level, text), text));
  const opened = addon.openLibraries(directory, winner.backend);
  const candidates = verdicts.map(({ backend, usable, reason }) => ({ backend, usable, reason }));
  return {
    report: { backend: winner.backend, candidates, devices: devicesOf(winner.backend, opened.devices) },
    opened,
    addon,
  };
}

/** A bundle beside the daemon's: small, since several start at once and the daemon waits for them. */
function ownProbe(timeoutMs: number): Probe {
  const folder = import.meta.filename.endsWith('.ts')
    ? path.resolve(import.meta.dirname, '../../../dist')
    : import.meta.dirname;
  return childProbe([process.execPath, path.join(folder, 'probe.js')], timeoutMs);
}

async function judgeAll(options: BackendChoiceOptions): Promise<Verdict[]> {
  const known = variantsOf(options.platform);
  const forced = options.forced;
  if (forced !== 'auto' && !known.includes(forced))
    throw new CodedError(
      'library.unusable',
      `The backend ${forced} does not exist on this platform; use ${known.join(' or ')}.`,
    );
  const probe = options.probe ?? ownProbe(options.timeoutMs ?? timeoutDefaultMs);
  const abandon = new AbortController();
  const pending = (forced === 'auto' ? known : [forced]).map((backend) => ({
    backend,
    verdict: judge(backend, { probe, forced: forced !== 'auto', signal: abandon.signal }),
  }));
  const verdicts: Verdict[] = [];
  let winner: LibraryVariant | undefined;
  for (const { backend, verdict } of pending) {
    const skipped: Verdict = {
      backend,
      usable: false,
      reason: `not needed: ${winner ?? ''} is better`,
      environment: {},
    };
    const next = winner === undefined ? await verdict : skipped;
    if (next.usable) winner = backend;
    verdicts.push(next);
  }
  abandon.abort();
  return verdicts;
}

async function judge(
  backend: LibraryVariant,
  how: { readonly probe: Probe; readonly forced: boolean; readonly signal: AbortSignal },
): Promise<Verdict> {
  const verdict = (usable: boolean, reason: string, environment: Verdict['environment'] = {}): Verdict => ({
    backend,
    usable,
    reason,
    environment,
  });
  if (findLibraries(backend) === undefined) return verdict(false, 'its libraries are not installed');
  const ask = (environment: Readonly<Record<string, string>>): Promise<ProbeAnswer> =>
    how.probe({ variant: backend, environment, signal: how.signal });
  const answer = await ask({});
  if (answer.kind === 'error') return verdict(false, answer.message);
  if (backend === 'cpu') return verdict(true, describe(answer.devices.filter((device) => device.kind === 'cpu')));
  const real = answer.devices.filter((device) => isGpu(device) && !isSoftware(device));
  if (real.length > 0) return verdict(true, describe(real));
  if (!how.forced) {
    const software = answer.devices.find(isSoftware);
    return verdict(
      false,
      software === undefined ? 'it finds no GPU' : `it finds only the software renderer ${software.description}`,
    );
  }
  const software = answer.devices.filter(isSoftware);
  if (software.length > 0) return verdict(true, `${describe(software)}, in software`);
  const second = backend === 'vulkan' ? await ask(showSoftwareDevice) : answer;
  const shown = second.kind === 'devices' ? second.devices.filter(isGpu) : [];
  return shown.length > 0
    ? verdict(true, `${describe(shown)}, in software`, showSoftwareDevice)
    : verdict(false, 'it finds no GPU');
}

function unusable(forced: BackendName | 'auto', verdicts: readonly Verdict[]): CodedError {
  if (forced !== 'auto')
    return new CodedError(
      'library.unusable',
      `The backend ${forced} cannot be used here: ${verdicts[0]?.reason ?? 'unknown'}.`,
    );
  const reasons = verdicts.map(({ backend, reason }) => `${backend}: ${reason}`).join('; ');
  return new CodedError('library.missing', `No backend can be used here (${reasons}). Run "npm install" again.`);
}

/** With the CPU backend chosen, a GPU that the same libraries see is not ours to use. */
function devicesOf(backend: LibraryVariant, devices: readonly NativeDevice[]): DeviceInfo[] {
  const used = backend === 'cpu' ? devices.filter((device) => !isGpu(device)) : devices;
  return used.map(({ name, description, kind, memoryFree, memoryTotal }) => ({
    name,
    description,
    kind,
    memoryFree: memoryTotal === 0 ? undefined : memoryFree,
    memoryTotal: memoryTotal === 0 ? undefined : memoryTotal,
  }));
}

function isGpu(device: NativeDevice): boolean {
  return device.kind === 'gpu' || device.kind === 'igpu';
}

/** Mesa's lavapipe reports itself as a GPU through ggml; only its name tells. */
function isSoftware(device: NativeDevice): boolean {
  return (
    device.backend.startsWith('Vulkan') &&
    (device.kind === 'cpu' || /llvmpipe|lavapipe|swiftshader|software/i.test(device.description))
  );
}

function describe(devices: readonly NativeDevice[]): string {
  return devices
    .map(({ description, memoryTotal }) =>
      memoryTotal === 0 ? description : `${description} (${(memoryTotal / 2 ** 30).toFixed(1)} GiB)`,
    )
    .join(', ');
}
