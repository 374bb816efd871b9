import type { Addon } from '../../../native/addon/contract.ts';
import { loadAddon } from '../../../native/daemon/backend/addon-loader.ts';
import { findLibraries } from '../../../native/daemon/backend/library-locations.ts';
import { loadModelRuntime } from '../../../native/daemon/session/model-runtime.ts';
import type { ModelRuntime, LoadEnvironment } from '../../../native/daemon/session/model-runtime.ts';
import type { LoadOptions } from '../../../native/protocol/methods.ts';

/** The real addon on the CPU. */
export function cpuDeps(): LoadEnvironment {
  const addon: Addon = loadAddon();
  const folder = findLibraries('cpu');
  if (folder === undefined) throw new Error('the llama.cpp libraries of this platform are not installed');
  addon.openLibraries(folder, 'cpu');
  addon.onLog(() => undefined);
  return {
    addon,
    report: { backend: 'cpu', candidates: [], devices: [] },
    folders: { own: [], repositories: () => [], caches: [], ollama: [] },
    log: () => undefined,
  };
}

/** The embedded model, loaded by the real addon on the CPU with a small context. */
export function loadNano(options: Partial<LoadOptions> = {}): Promise<ModelRuntime> {
  return loadModelRuntime(
    cpuDeps(),
    { model: 'nano', contextTokens: 8192, threads: 1, ...options },
    () => undefined,
    new AbortController().signal,
  );
}
