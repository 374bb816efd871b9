// Real: the extension's bundle, in a process of its own. Faked: VS Code, whose every name is there and does nothing.
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { readSource, root, sourceFiles } from './source-files.ts';

/** Makes `vscode` of the names that the sources use: classes that can be extended, and objects that take anything. */
const load = `
  const Module = require('node:module');
  const [bundle, ...names] = process.argv.slice(1);
  const anything = () => new Proxy(function () {}, {
    get: (_, name) => (name === 'then' ? undefined : anything()),
    apply: () => anything(),
    construct: () => anything(),
  });
  const vscode = Object.fromEntries(
    names.map((name) => [name, /^[A-Z]/.test(name)
      ? new Proxy(class {}, { get: (it, key) => (key in it ? it[key] : anything()), construct: () => anything() })
      : anything()]),
  );
  const before = Module._load;
  Module._load = (request, ...rest) => (request === 'vscode' ? vscode : before(request, ...rest));
  console.log(Object.keys(require(bundle)).join());
  process.exit();
`;

it('what few windows need is not loaded with the extension', () => {
  const read = (name: string): string => readFileSync(path.join(root, 'dist', name), 'utf8');
  const ofTheProtocol = 'mcp-session-id';
  expect(read('tool-port.cjs')).toContain(ofTheProtocol);
  expect(read('extension.cjs')).not.toContain(ofTheProtocol);
  const load = 'console.log(typeof require(process.argv[1]).ToolPort.start)';
  const port = path.join(root, 'dist/tool-port.cjs');
  expect(execFileSync(process.execPath, ['-e', load, port], { encoding: 'utf8' }).trim()).toBe('function');
});

it('the bundle of the extension loads, with all that runs when it does', () => {
  const used = sourceFiles(/^extension\/.*\.ts$/).flatMap((file) =>
    [...readSource(file).matchAll(/\bvscode\.([A-Za-z]+)/g)].map((match) => match[1] ?? ''),
  );
  const bundle = path.join(root, 'dist/extension.cjs');
  const exported = execFileSync(process.execPath, ['-e', load, bundle, ...new Set(used)], { encoding: 'utf8' });
  expect(exported.trim()).toBe('activate,deactivate');
});
