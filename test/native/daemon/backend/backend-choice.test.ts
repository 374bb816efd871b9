import { build } from 'esbuild';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import type { Addon, LibraryVariant, NativeDevice } from '../../../../native/addon/contract.ts';
import { addonPath } from '../../../../native/daemon/backend/addon-loader.ts';
import { chooseBackend } from '../../../../native/daemon/backend/backend-choice.ts';
import type { BackendChoiceOptions } from '../../../../native/daemon/backend/backend-choice.ts';
import { childProbe } from '../../../../native/daemon/backend/child-probe.ts';
import type { Probe, ProbeAnswer } from '../../../../native/daemon/backend/child-probe.ts';
import { findLibraries } from '../../../../native/daemon/backend/library-locations.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'moonwright-backends-'));
const cpu: NativeDevice = {
  name: 'CPU',
  description: 'Processor',
  kind: 'cpu',
  backend: 'CPU',
  memoryFree: 1,
  memoryTotal: 8 * 2 ** 30,
};
const gpu: NativeDevice = {
  name: 'Vulkan0',
  description: 'Radeon',
  kind: 'gpu',
  backend: 'Vulkan',
  memoryFree: 7 * 2 ** 30,
  memoryTotal: 8 * 2 ** 30,
};
const silentGpu: NativeDevice = { ...gpu, description: 'Arc', kind: 'igpu', memoryFree: 0, memoryTotal: 0 };
const llvmpipe: NativeDevice = { ...gpu, description: 'llvmpipe (LLVM 15.0.6, 256 bits)' };

/** A folder for MOONWRIGHT_LIBRARIES with an empty folder per variant. */
function librariesFor(...variants: LibraryVariant[]): void {
  const own = mkdtempSync(path.join(folder, 'libraries-'));
  for (const variant of variants) mkdirSync(path.join(own, variant));
  vi.stubEnv('MOONWRIGHT_LIBRARIES', own);
}

const devices = (...list: NativeDevice[]): ProbeAnswer => ({ kind: 'devices', devices: list });
const error = (message: string): ProbeAnswer => ({ kind: 'error', code: 'library.unusable', message });

/** Answers from a table; what is not in it never answers until it is given up. */
function tableProbe(
  answers: Partial<
    Record<LibraryVariant, ProbeAnswer | ((environment: Readonly<Record<string, string>>) => ProbeAnswer)>
  >,
): Probe {
  return ({ variant, environment, signal }) => {
    const answer = answers[variant];
    if (typeof answer === 'function') return Promise.resolve(answer(environment));
    if (answer !== undefined) return Promise.resolve(answer);
    return new Promise((resolve) => signal.addEventListener('abort', () => resolve(error('given up'))));
  };
}

function choose(
  options: Partial<BackendChoiceOptions> & { readonly seen?: readonly NativeDevice[] },
): ReturnType<typeof chooseBackend> {
  const addon = {
    onLog: () => undefined,
    openLibraries: () => ({
      release: '0.4.0',
      devices: options.seen ?? [cpu],
    }),
  } as unknown as Addon;
  return chooseBackend({ forced: 'auto', platform: 'linux', load: () => addon, log: () => undefined, ...options });
}

afterEach(() => vi.unstubAllEnvs());
afterAll(() => rmSync(folder, { recursive: true, force: true }));

describe('the choice of a backend', () => {
  it('takes CUDA before Vulkan before the CPU, and does not wait for the rest', async () => {
    librariesFor('cuda', 'vulkan', 'cpu');
    const { report } = await choose({
      probe: tableProbe({ cuda: devices(cpu, { ...gpu, backend: 'CUDA', description: 'RTX' }) }),
    });
    expect(report.backend).toBe('cuda');
    expect(report.candidates).toEqual([
      { backend: 'cuda', usable: true, reason: 'RTX (8.0 GiB)' },
      { backend: 'vulkan', usable: false, reason: 'not needed: cuda is better' },
      { backend: 'cpu', usable: false, reason: 'not needed: cuda is better' },
    ]);
  });

  it('takes Metal on a Mac, where the others do not exist', async () => {
    librariesFor('metal', 'cpu');
    const { report } = await choose({
      platform: 'darwin',
      probe: tableProbe({ metal: devices({ ...gpu, backend: 'MTL', description: 'Apple M4' }), cpu: devices(cpu) }),
    });
    expect(report.backend).toBe('metal');
    await expect(choose({ platform: 'darwin', forced: 'cuda' })).rejects.toMatchObject({ code: 'library.unusable' });
  });

  it('tells for every candidate why it is not used', async () => {
    librariesFor('vulkan', 'cpu');
    const { report } = await choose({
      probe: tableProbe({ vulkan: error('loading it ended the process with SIGABRT'), cpu: devices(cpu) }),
    });
    expect(report.backend).toBe('cpu');
    expect(report.candidates).toEqual([
      { backend: 'cuda', usable: false, reason: 'its libraries are not installed' },
      { backend: 'vulkan', usable: false, reason: 'loading it ended the process with SIGABRT' },
      { backend: 'cpu', usable: true, reason: 'Processor (8.0 GiB)' },
    ]);
  });

  it('leaves a GPU backend without a GPU, or with a software renderer only, to the CPU', async () => {
    librariesFor('vulkan', 'cpu');
    const none = await choose({ probe: tableProbe({ vulkan: devices(cpu), cpu: devices(cpu) }) });
    expect(none.report.backend).toBe('cpu');
    expect(none.report.candidates[1]?.reason).toBe('it finds no GPU');
    const software = await choose({ probe: tableProbe({ vulkan: devices(cpu, llvmpipe), cpu: devices(cpu) }) });
    expect(software.report.backend).toBe('cpu');
    expect(software.report.candidates[1]?.reason).toContain('llvmpipe');
  });

  it('uses the software renderer when Vulkan is forced, and makes it visible', async () => {
    librariesFor('vulkan', 'cpu');
    vi.stubEnv('GGML_VK_VISIBLE_DEVICES', undefined);
    const probe = tableProbe({
      vulkan: (environment) => (environment['GGML_VK_VISIBLE_DEVICES'] === '0' ? devices(cpu, llvmpipe) : devices(cpu)),
    });
    const { report } = await choose({ forced: 'vulkan', probe, seen: [llvmpipe, cpu] });
    expect(report.backend).toBe('vulkan');
    expect(report.candidates).toEqual([
      { backend: 'vulkan', usable: true, reason: expect.stringMatching(/llvmpipe.*in software/) },
    ]);
    expect(process.env['GGML_VK_VISIBLE_DEVICES']).toBe('0');
  });

  it('refuses a forced backend that cannot be used, with the reason', async () => {
    librariesFor('vulkan', 'cpu');
    await expect(choose({ forced: 'vulkan', probe: tableProbe({ vulkan: error('it hangs') }) })).rejects.toMatchObject({
      code: 'library.unusable',
      message: expect.stringContaining('it hangs'),
    });
    await expect(choose({ forced: 'cuda', probe: tableProbe({}) })).rejects.toMatchObject({
      code: 'library.unusable',
      message: expect.stringContaining('not installed'),
    });
  });

  it('says what to do when there is none at all', async () => {
    librariesFor();
    await expect(choose({ probe: tableProbe({}) })).rejects.toMatchObject({
      code: 'library.missing',
      message: expect.stringContaining('npm install'),
    });
  });

  it('reports devices, without memory where the driver does not say, and no GPU when the CPU is chosen', async () => {
    librariesFor('vulkan', 'cpu');
    const both = { seen: [silentGpu, cpu] };
    const vulkan = await choose({ ...both, forced: 'vulkan', probe: tableProbe({ vulkan: devices(silentGpu, cpu) }) });
    expect(vulkan.report.devices.map(({ description, memoryTotal }) => [description, memoryTotal])).toEqual([
      ['Arc', undefined],
      ['Processor', 8 * 2 ** 30],
    ]);
    const plain = await choose({ ...both, forced: 'cpu', probe: tableProbe({ cpu: devices(cpu) }) });
    expect(plain.report.devices.map((device) => device.description)).toEqual(['Processor']);
  });
});

describe.runIf(process.platform === 'linux')('a candidate tried in a child process', () => {
  const entry = path.join(folder, 'probe.mjs');
  const own = path.join(folder, 'bad-libraries');
  let probe: Probe;

  /** Libraries with the right names, of which libggml runs `body` when it is loaded. */
  function makeLibraries(variant: LibraryVariant, body: string): void {
    const made = path.join(own, variant);
    mkdirSync(made, { recursive: true });
    const compile = (name: string, source: string): void => {
      const file = path.join(folder, `${variant}-${name}.cpp`);
      writeFileSync(file, source);
      execFileSync('c++', ['-shared', '-fPIC', '-o', path.join(made, `lib${name}.so`), file]);
    };
    compile('ggml-base', 'int base;');
    compile(
      'ggml',
      `#include <cstdio>\n#include <cstdlib>\n#include <unistd.h>\n__attribute__((constructor)) static void start() { ${body} }`,
    );
    compile('llama', 'int llama;');
  }

  beforeAll(async () => {
    await build({
      entryPoints: ['native/daemon/backend/backend-probe.ts'],
      outfile: entry,
      bundle: true,
      platform: 'node',
      format: 'esm',
      logLevel: 'error',
    });
    const real = findLibraries('cpu') as string;
    makeLibraries('cuda', 'std::fprintf(stderr, "driver: no such device\\n"); std::abort();');
    makeLibraries('vulkan', 'sleep(1000);');
    symlinkSync(real, path.join(own, 'cpu'));
    // Only the one that hangs has a short time: a busy machine may start the others slowly.
    probe = (request) => childProbe([process.execPath, entry], request.variant === 'vulkan' ? 2_000 : 50_000)(request);
  });

  it('answers with its devices when the libraries are sound', async () => {
    vi.stubEnv('MOONWRIGHT_LIBRARIES', own);
    vi.stubEnv('MOONWRIGHT_ADDON', addonPath());
    const answer = await childProbe(
      [process.execPath, entry],
      30_000,
    )({ variant: 'cpu', environment: {}, signal: new AbortController().signal });
    expect(answer).toMatchObject({ kind: 'devices', devices: [{ name: 'CPU', kind: 'cpu' }] });
  });

  it('is passed over when its library aborts or hangs while it loads', async () => {
    vi.stubEnv('MOONWRIGHT_LIBRARIES', own);
    vi.stubEnv('MOONWRIGHT_ADDON', addonPath());
    const { report, opened } = await chooseBackend({ forced: 'auto', probe, platform: 'linux', log: () => undefined });
    expect(report.backend).toBe('cpu');
    expect(report.candidates[0]).toEqual({
      backend: 'cuda',
      usable: false,
      reason: 'loading it ended the process with SIGABRT: driver: no such device',
    });
    expect(report.candidates[1]).toEqual({
      backend: 'vulkan',
      usable: false,
      reason: 'loading it took longer than 2 s',
    });
    expect(opened.devices[0]?.kind).toBe('cpu');
  });

  it('refuses a forced backend of which the library aborts', async () => {
    vi.stubEnv('MOONWRIGHT_LIBRARIES', own);
    vi.stubEnv('MOONWRIGHT_ADDON', addonPath());
    await expect(
      chooseBackend({ forced: 'cuda', probe, platform: 'linux', log: () => undefined }),
    ).rejects.toMatchObject({ code: 'library.unusable', message: expect.stringContaining('SIGABRT') });
  });

  it('passes on what the libraries themselves complain about', async () => {
    const wrong = path.join(folder, 'wrong-libraries');
    mkdirSync(path.join(wrong, 'vulkan'), { recursive: true });
    vi.stubEnv('MOONWRIGHT_LIBRARIES', wrong);
    vi.stubEnv('MOONWRIGHT_ADDON', addonPath());
    const answer = await childProbe(
      [process.execPath, entry],
      30_000,
    )({ variant: 'vulkan', environment: {}, signal: new AbortController().signal });
    expect(answer).toMatchObject({ kind: 'error', code: 'library.missing' });
  });

  it('answers when the child cannot start, prints nothing, or is given up', async () => {
    const signal = new AbortController().signal;
    expect(
      await childProbe([path.join(folder, 'absent')], 3_000)({ variant: 'cpu', environment: {}, signal }),
    ).toMatchObject({ message: expect.stringContaining('could not start') });
    expect(
      await childProbe([process.execPath, '-e', '0'], 30_000)({ variant: 'cpu', environment: {}, signal }),
    ).toMatchObject({ message: 'loading it ended the process with status 0' });
    expect(
      await childProbe(
        [process.execPath, path.join(folder, 'absent.js')],
        30_000,
      )({ variant: 'cpu', environment: {}, signal }),
    ).toMatchObject({ message: expect.not.stringMatching(/Node\.js v/) });
    const abandon = new AbortController();
    const pending = childProbe(
      [process.execPath, '-e', 'setInterval(() => {}, 1000)'],
      30_000,
    )({ variant: 'cpu', environment: {}, signal: abandon.signal });
    abandon.abort();
    expect(await pending).toMatchObject({ message: 'the check was given up' });
  });
});
