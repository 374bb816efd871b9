import { existsSync, readdirSync } from 'node:fs';
import path from 'node:path';

const binaryName = process.platform === 'win32' ? 'rg.exe' : 'rg';

/**
 * Where ripgrep may be: in VS Code below `appRoot` (its packages are in an archive, binaries beside it), then in the
 * package @vscode/ripgrep below the folders `roots`, which has one package per platform.
 */
export function ripgrepCandidates(appRoot: string | undefined, roots: readonly string[]): readonly string[] {
  const ofEditor =
    appRoot === undefined ? [] : ['node_modules', 'node_modules.asar.unpacked'].map((name) => path.join(appRoot, name));
  return [...ofEditor, ...roots.map((root) => path.join(root, 'node_modules'))].flatMap((modules) =>
    packagesIn(path.join(modules, '@vscode')).flatMap((name) => {
      const bin = path.join(modules, '@vscode', name, 'bin');
      // The universal package has a folder per platform.
      return [path.join(bin, binaryName), path.join(bin, `${process.platform}-${process.arch}`, binaryName)];
    }),
  );
}

/** The first that exists. */
export function firstExisting(candidates: readonly string[]): string | undefined {
  return candidates.find((candidate) => existsSync(candidate));
}

function packagesIn(scope: string): string[] {
  if (!existsSync(scope)) return [];
  return readdirSync(scope)
    .filter(
      (name) =>
        name === 'ripgrep' ||
        (name.startsWith('ripgrep-') && name.endsWith(process.arch)) ||
        name === 'ripgrep-universal',
    )
    .sort();
}
