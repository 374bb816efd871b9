// `npm run build`: bundles the TypeScript of the daemon, the extension and the panel into dist/, beside the files they
// read at run time. Does not build the addon, the embedded model or the llama.cpp libraries.
// `--clean` removes everything that is built, the addon too.
import { build } from 'esbuild';
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';

const root = path.resolve(import.meta.dirname, '..');
const dist = path.join(root, 'dist');
export const bundle = path.join(dist, 'daemon.js');
const probe = path.join(dist, 'probe.js');
const templateWorker = path.join(dist, 'template.js');
/** Copied out of the package when it is used: its name says by itself that it is a module. */
const mcpBridge = path.join(dist, 'mcp.mjs');
/** Languages with a tree-sitter grammar. The grammars are in VS Code's collection, or in the packages below. */
const grammars = [
  'bash',
  'c',
  'c-sharp',
  'cpp',
  'css',
  'dart',
  'elixir',
  'go',
  'hcl',
  'ini',
  'java',
  'javascript',
  'kotlin',
  'lua',
  'php',
  'powershell',
  'python',
  'ruby',
  'rust',
  'scala',
  'swift',
  'tsx',
  'typescript',
  'zig',
];
const grammarPackages = {
  c: 'tree-sitter-c',
  lua: '@tree-sitter-grammars/tree-sitter-lua',
  ...Object.fromEntries(
    ['dart', 'elixir', 'hcl', 'kotlin', 'scala', 'swift', 'zig'].map((name) => [
      name,
      '@cursorless/tree-sitter-wasms/out',
    ]),
  ),
};

/** True when a bundle that tests start as a program is missing or older than a file it is made of. */
export function bundleIsStale() {
  const bundles = [bundle, probe, templateWorker, mcpBridge];
  if (!bundles.every((file) => existsSync(file))) return true;
  const built = Math.min(...bundles.map((file) => statSync(file).mtimeMs));
  const sources = ['native', 'extension/mcp'].flatMap((folder) =>
    readdirSync(path.join(root, folder), { recursive: true })
      .filter((name) => /\.(ts|json)$/.test(name))
      .map((name) => path.join(folder, name)),
  );
  return [...sources, 'package-lock.json'].some((name) => statSync(path.join(root, name)).mtimeMs > built);
}

export async function buildBundles() {
  const { version } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
  // Packages written for CommonJS call require(), which an ES module does not have.
  const makeRequire = [
    "import { createRequire as makeRequire } from 'node:module';",
    'const require = makeRequire(import.meta.url);',
  ];
  const banner = { js: ['#!/usr/bin/env node', ...makeRequire].join('\n') };
  const define = { 'process.env.MOONWRIGHT_VERSION': JSON.stringify(version) };
  // The package's ES module uses import.meta, which a CommonJS bundle does not have.
  const alias = { 'web-tree-sitter': path.join(root, 'node_modules/web-tree-sitter/web-tree-sitter.cjs') };
  const daemon = { platform: 'node', target: 'node20', format: 'esm', external: ['@node-llama-cpp/*'] };
  await bundleEntry({ ...daemon, entryPoints: ['native/daemon/main.ts'], outfile: bundle, banner, define });
  await bundleEntry({ ...daemon, entryPoints: ['native/daemon/backend/backend-probe.ts'], outfile: probe });
  await bundleEntry({ ...daemon, entryPoints: ['native/daemon/chat/template-worker.ts'], outfile: templateWorker });
  await bundleEntry({
    ...daemon,
    entryPoints: ['extension/mcp/bridge/main.ts'],
    outfile: mcpBridge,
    banner,
    define,
    minify: true,
    keepNames: true,
  });
  await bundleEntry({
    entryPoints: ['extension/main.ts'],
    outfile: path.join(dist, 'extension.cjs'),
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    external: ['vscode'],
    alias,
    loader: { '.md': 'text', '.scm': 'text' },
    minify: true,
    keepNames: true,
    define: { navigator: 'undefined' }, // the use of Node's navigator makes VS Code log an error
  });
  await bundleEntry({
    entryPoints: ['extension/mcp/tool-port.ts'],
    outfile: path.join(dist, 'tool-port.cjs'),
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    minify: true,
    keepNames: true,
  });
  await bundleEntry({
    entryPoints: ['extension/context/parsing/worker.ts'],
    outfile: path.join(dist, 'parser.cjs'),
    platform: 'node',
    target: 'node20',
    format: 'cjs',
    alias,
    loader: { '.scm': 'text' },
    minify: true,
    keepNames: true,
  });
  await bundleEntry({
    entryPoints: ['webview/main.ts'],
    outfile: path.join(dist, 'webview/main.js'),
    platform: 'browser',
    target: 'es2022',
    format: 'iife',
    minify: true,
  });
  await bundleEntry({
    entryPoints: ['webview/styles/panel.css'],
    outfile: path.join(dist, 'webview/panel.css'),
    minify: true,
  });
  copyRuntimeFiles();
}

async function bundleEntry(options) {
  const { outputFiles } = await build({
    absWorkingDir: root,
    bundle: true,
    sourcemap: true,
    logLevel: 'warning',
    write: false,
    legalComments: 'none',
    ...options,
  });
  for (const { path: file, contents } of outputFiles) replaceFile(file, contents);
}

/** Copies what the bundles read: grammars, the icons' font, reporters for test runners, the sample project. */
function copyRuntimeFiles() {
  const modules = path.join(root, 'node_modules');
  const reporters = path.join(root, 'extension/tools/test-runners/reporters');
  const copies = [
    ['web-tree-sitter/web-tree-sitter.wasm', 'grammars/web-tree-sitter.wasm'],
    ...grammars.map((name) => [
      `${grammarPackages[name] ?? '@vscode/tree-sitter-wasm/wasm'}/tree-sitter-${name}.wasm`,
      `grammars/tree-sitter-${name}.wasm`,
    ]),
    ...['codicon.css', 'codicon.ttf'].map((name) => [`@vscode/codicons/dist/${name}`, `webview/${name}`]),
  ].map(([from, to]) => [path.join(modules, from), to]);
  const sample = path.join(root, 'test/fixtures/sample-project');
  for (const entry of readdirSync(sample, { recursive: true, withFileTypes: true }).filter((one) => one.isFile())) {
    const file = path.join(entry.parentPath, entry.name);
    copies.push([file, `sample/${path.relative(sample, file)}`]);
  }
  const scripts = readdirSync(reporters, { recursive: true }).filter((file) => /\.(mjs|cjs|py|rb|gradle)$/.test(file));
  for (const name of scripts) copies.push([path.join(reporters, name), `reporters/${name}`]);
  for (const [from, to] of copies) {
    const target = path.join(dist, to);
    mkdirSync(path.dirname(target), { recursive: true });
    copyFileSync(from, `${target}.${process.pid}`);
    renameSync(`${target}.${process.pid}`, target);
  }
}

/** Replaces a file in one step: a daemon that starts meanwhile must not read half a file. */
function replaceFile(file, contents) {
  mkdirSync(path.dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, contents, { mode: file === bundle ? 0o755 : 0o644 });
  renameSync(`${file}.${process.pid}`, file);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  if (process.argv.includes('--clean')) {
    for (const made of ['dist', 'native/addon/build']) rmSync(path.join(root, made), { recursive: true, force: true });
  } else {
    await buildBundles();
  }
}
