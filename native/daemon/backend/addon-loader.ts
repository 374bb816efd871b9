/** The only file that knows where the compiled addon is. */
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import type { Addon } from '../../addon/contract.ts';
import { CodedError, reasonOf } from '../../protocol/coded-error.ts';

const target = `${process.platform}-${process.arch}`;
const built = path.join('native/addon/build', target, 'moonwright.node');

/**
 * Loads the addon: from `MOONWRIGHT_ADDON`, from where this source tree builds it, or from `addon/` beside a packaged
 * daemon. Throws `addon.missing` with what to do.
 */
export function loadAddon(): Addon {
  const file = addonPath();
  if (file === undefined) {
    throw new CodedError(
      'addon.missing',
      `The native addon for ${target} is not built: run "npm run build:native" (it needs a C++17 compiler).`,
    );
  }
  try {
    return createRequire(import.meta.url)(file) as Addon;
  } catch (error) {
    const reason = reasonOf(error);
    throw new CodedError(
      'addon.missing',
      `The native addon does not load on this machine (${reason}): run "npm run build:native".`,
      { cause: error },
    );
  }
}

/** The file that loadAddon() loads; undefined when there is none. */
export function addonPath(): string | undefined {
  const own = process.env['MOONWRIGHT_ADDON'];
  if (own !== undefined && own !== '') return path.resolve(own);
  const here = import.meta.dirname; // dist/ in a bundle, native/daemon/backend/ in the sources
  const candidates = [
    path.join(here, '..', built),
    path.join(here, '../../..', built),
    path.join(here, 'addon', target, 'moonwright.node'),
  ];
  return candidates.find((file) => existsSync(file));
}
