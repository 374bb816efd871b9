import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { LibraryVariant } from '../../addon/contract.ts';

/** The machine and the places to look at; tests pass their own. */
export interface LocationOptions {
  readonly platform?: NodeJS.Platform;
  readonly arch?: string;
  readonly environment?: Readonly<Record<string, string | undefined>>;
}

const systems: Partial<Record<NodeJS.Platform, string>> = { linux: 'linux', darwin: 'mac', win32: 'win' };

/** The backends that exist on a platform at all, best first; the CPU is last. */
export function variantsOf(platform: NodeJS.Platform = process.platform): LibraryVariant[] {
  return platform === 'darwin' ? ['metal', 'cpu'] : ['cuda', 'vulkan', 'cpu'];
}

/**
 * The folder with the llama.cpp libraries of one variant, or undefined when it is not installed. In this order: the
 * variant's folder in `MOONWRIGHT_LIBRARIES` (which, when set, is the only place), `llama/<variant>` beside the bundle
 * (a packaged daemon), the installed package of this platform.
 */
export function findLibraries(variant: LibraryVariant, options: LocationOptions = {}): string | undefined {
  const own = (options.environment ?? process.env)['MOONWRIGHT_LIBRARIES'];
  if (own !== undefined && own !== '') return existing(path.join(own, variant));
  return existing(path.join(import.meta.dirname, 'llama', variant)) ?? packageFolder(packageName(variant, options));
}

/** `linux-x64`, `linux-x64-vulkan`, `mac-arm64-metal`: how the packages name platform and variant. */
function packageName(variant: LibraryVariant, options: LocationOptions): string {
  const platform = options.platform ?? process.platform;
  const arch = options.arch ?? process.arch;
  const base = `${systems[platform] ?? platform}-${arch}`;
  // On Apple silicon one package holds both: its CPU libraries stand beside the Metal one.
  const suffix = base === 'mac-arm64' ? 'metal' : variant;
  return suffix === 'cpu' ? base : `${base}-${suffix}`;
}

function packageFolder(name: string): string | undefined {
  try {
    const main = createRequire(import.meta.url).resolve(`@node-llama-cpp/${name}`); // <package>/dist/index.js
    return existing(path.join(path.dirname(main), '..', 'bins', name));
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'MODULE_NOT_FOUND') return undefined;
    throw error;
  }
}

function existing(folder: string): string | undefined {
  return existsSync(folder) ? folder : undefined;
}
