import { spawnSync } from 'node:child_process';
import { createVSIX } from '@vscode/vsce';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import type { TestHost } from './host-install.ts';
import { cache, root, samples } from './test-places.ts';
import { installVsix } from './vscode-server.ts';

const sources = [
  'native',
  'extension',
  'webview',
  'l10n',
  'media',
  'package.json',
  'package.nls.json',
  'README.md',
  'CHANGELOG.md',
  'NOTICE.md',
  'package-lock.json',
  '.vscodeignore',
];

/**
 * The packaged extension as `npm run package` makes it, packaged again if it is older than one of its sources. The
 * environment variable MOONWRIGHT_VSIX names another file to use instead.
 */
export function freshVsix(log: (text: string) => void): string {
  const given = process.env['MOONWRIGHT_VSIX'];
  if (given !== undefined && given !== '') return given;
  const current = newestVsix();
  if (current !== undefined && statSync(current).mtimeMs > newestSource()) return current;
  log('Packaging the extension (npm run package) ...');
  const child = spawnSync('npm', ['run', '--silent', 'package'], { cwd: root, encoding: 'utf8' });
  const made = newestVsix();
  if (child.status !== 0 || made === undefined)
    throw new Error(`npm run package failed (${child.status}): ${child.stdout}${child.stderr}`);
  return made;
}

/** A folder of extensions that holds the packaged one, as VS Code itself installs it. */
export function extensionsFolder(host: TestHost, log: (text: string) => void): string {
  const vsix = freshVsix(log);
  const folder = path.join(cache, 'vscode-test-extensions');
  const stamp = path.join(cache, 'vscode-test-extensions.json');
  const { mtimeMs, size } = statSync(vsix);
  const wanted = JSON.stringify({ vsix, mtimeMs, size });
  if (existsSync(folder) && existsSync(stamp) && readFileSync(stamp, 'utf8') === wanted) return folder;
  rmSync(folder, { recursive: true, force: true });
  log(`Installing ${path.basename(vsix)} (${(size / 1e6).toFixed(0)} MB) ...`);
  installVsix(host, vsix, folder);
  writeFileSync(stamp, wanted);
  return folder;
}

/** The same extensions and one of test/fixtures beside them, in `folder`. */
export async function extensionsWith(
  host: TestHost,
  extensionsDir: string,
  fixture: string,
  folder: string,
): Promise<string> {
  const own = path.join(folder, 'extensions');
  mkdirSync(own);
  for (const name of readdirSync(extensionsDir)) {
    if (statSync(path.join(extensionsDir, name)).isDirectory())
      symlinkSync(path.join(extensionsDir, name), path.join(own, name));
    else copyFileSync(path.join(extensionsDir, name), path.join(own, name));
  }
  const vsix = path.join(folder, `${fixture}.vsix`);
  await createVSIX({
    cwd: path.join(samples, fixture),
    packagePath: vsix,
    dependencies: false,
    allowMissingRepository: true,
    skipLicense: true,
  });
  installVsix(host, vsix, own);
  return own;
}

function newestVsix(): string | undefined {
  const folder = path.join(root, 'dist/packages');
  const names = existsSync(folder)
    ? readdirSync(folder).filter(
        (name) => name.includes(`-${process.platform}-${process.arch}-`) && name.endsWith('.vsix'),
      )
    : [];
  return names.map((name) => path.join(folder, name)).sort((a, b) => statSync(b).mtimeMs - statSync(a).mtimeMs)[0];
}

function newestSource(): number {
  return Math.max(
    ...sources
      .map((name) => path.join(root, name))
      .filter((name) => existsSync(name))
      .map(newestIn),
  );
}

function newestIn(file: string): number {
  const own = statSync(file);
  if (!own.isDirectory()) return own.mtimeMs;
  if (file.endsWith(`${path.sep}build`)) return 0; // products
  return Math.max(0, ...readdirSync(file).map((name) => newestIn(path.join(file, name))));
}
