/**
 * `npm run package [-- --target linux-x64]`: makes a VSIX for one platform with everything it needs, in dist/packages/.
 * The build, the addon, the libraries and the embedded model are staged in dist/stage/; .vscodeignore says which of the
 * staged files go into the package.
 */
import { createVSIX } from '@vscode/vsce';
import { execFileSync } from 'node:child_process';
import {
  cpSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  copyFileSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { buildBundles } from './build.mjs';

const root = path.resolve(import.meta.dirname, '..');
/** For each platform the folders below dist/llama, each with the package that its libraries come from. */
const variants = {
  'darwin-arm64': { cpu: 'mac-arm64-metal', metal: 'mac-arm64-metal' },
  'darwin-x64': { cpu: 'mac-x64' },
  'linux-arm64': { cpu: 'linux-arm64' },
  'linux-x64': { cpu: 'linux-x64', vulkan: 'linux-x64-vulkan' },
  'win32-arm64': { cpu: 'win-arm64' },
  'win32-x64': { cpu: 'win-x64', vulkan: 'win-x64-vulkan' },
};
/** Files of those packages that belong to node-llama-cpp itself, or that nothing needs. */
const unused = /\.node$|^_nlc|llama-common/;

/** Makes the VSIX for `target` (`process.platform-process.arch`) and returns its path. */
export async function packageExtension(target) {
  if (!(target in variants))
    throw new Error(`Expected one of ${Object.keys(variants).join(', ')} as target but received ${target}.`);
  if (target === `${process.platform}-${process.arch}`)
    execFileSync(process.execPath, [path.join(root, 'native/addon/build.mjs')], { stdio: ['ignore', 2, 2] });
  await buildBundles();
  const stage = path.join(root, 'dist/stage', target);
  rmSync(stage, { recursive: true, force: true });
  const manifest = writeManifest(stage);
  for (const name of [
    '.vscodeignore',
    'README.md',
    'CHANGELOG.md',
    'LICENSE',
    'NOTICE.md',
    'package.nls.json',
    'package.nls.zh-cn.json',
    'l10n',
    'media',
  ])
    put(name, stage, name);
  const bundles = ['daemon.js', 'probe.js', 'template.js', 'mcp.mjs', 'extension.cjs', 'tool-port.cjs', 'parser.cjs'];
  for (const name of [...bundles, 'webview', 'grammars', 'reporters', 'sample'])
    put(`dist/${name}`, stage, `dist/${name}`);
  for (const name of ['moonwright.node', 'made-from.json'])
    put(`native/addon/build/${target}/${name}`, stage, `dist/addon/${target}/${name}`, { required: true });
  for (const name of ['nano.gguf', 'nano.md'])
    put(`native/models/${name}`, stage, `dist/models/${name}`, { required: true });
  const ripgrep = target.startsWith('win32') ? 'rg.exe' : 'rg';
  put(`node_modules/@vscode/ripgrep-${target}/bin/${ripgrep}`, stage, `dist/ripgrep/${ripgrep}`, { required: true });
  for (const [variant, name] of Object.entries(variants[target]))
    putLibraries(name, path.join(stage, 'dist/llama', variant));
  const file = path.join(root, 'dist/packages', `moonwright-${target}-${manifest.version}.vsix`);
  mkdirSync(path.dirname(file), { recursive: true });
  await createVSIX({
    cwd: stage,
    packagePath: file,
    target: target,
    dependencies: false,
    skipLicense: false,
  });
  return file;
}

/** Writes the manifest without the fields that only this repository needs, and returns it. */
function writeManifest(stage) {
  const {
    private: _private,
    scripts: _scripts,
    dependencies: _dependencies,
    optionalDependencies: _optional,
    devDependencies: _development,
    ...manifest
  } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  mkdirSync(stage, { recursive: true });
  writeFileSync(path.join(stage, 'package.json'), `${JSON.stringify(manifest, undefined, 2)}\n`);
  return manifest;
}

function put(from, stage, to, { required = false } = {}) {
  const source = path.join(root, from);
  if (!existsSync(source)) {
    if (required) throw new Error(`${from} is missing: run "npm ci" and "npm run build:native" for this platform.`);
    return;
  }
  const target = path.join(stage, to);
  mkdirSync(path.dirname(target), { recursive: true });
  if (statSync(source).isDirectory()) cpSync(source, target, { recursive: true });
  else linkOrCopy(source, target);
}

function putLibraries(name, folder) {
  const source = path.join(root, 'node_modules/@node-llama-cpp', name, 'bins', name);
  if (!existsSync(source))
    throw new Error(
      `@node-llama-cpp/${name} is not installed: npm install --force --no-save @node-llama-cpp/${name}@3.21.1`,
    );
  mkdirSync(folder, { recursive: true });
  for (const file of readdirSync(source).filter((file) => !unused.test(file)))
    linkOrCopy(path.join(source, file), path.join(folder, file));
}

/** Links on the same disk, because libraries are large; copies otherwise. */
function linkOrCopy(from, to) {
  try {
    linkSync(from, to);
  } catch (error) {
    if (error.code !== 'EXDEV' && error.code !== 'EPERM') throw error;
    copyFileSync(from, to);
  }
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const at = process.argv.indexOf('--target');
  const target = at < 0 ? `${process.platform}-${process.arch}` : (process.argv[at + 1] ?? '');
  const file = await packageExtension(target);
  process.stdout.write(`${path.relative(root, file)} ${(statSync(file).size / 1e6).toFixed(1)} MB\n`);
}
