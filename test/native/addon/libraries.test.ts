import { execFileSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadAddon } from '../../../native/daemon/backend/addon-loader.ts';
import { findLibraries } from '../../../native/daemon/backend/library-locations.ts';
import { readSource, sourceFiles } from '../../rules/source-files.ts';
import { runWithAddon } from '../../support/engine/addon-process.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'moonwright-libraries-'));
const real = findLibraries('cpu') as string;

/** A folder with the real libraries, except one that is compiled from `source`. */
function librariesWith(name: string, replaced: RegExp, source: string): string {
  const made = path.join(folder, name);
  cpSync(real, made, { recursive: true, filter: (file) => file === real || !replaced.test(path.basename(file)) });
  const original = readdirSync(real).find((file) => replaced.test(file)) as string;
  const code = path.join(folder, `${name}.c`);
  writeFileSync(code, source);
  execFileSync('c++', ['-x', 'c', '-shared', '-fPIC', '-o', path.join(made, original), code]);
  return made;
}

/** Opens the folder in a process of its own. Returns `code: message` of the error. */
function openingError(directory: string): string {
  return runWithAddon(
    `try {
       addon.openLibraries(${JSON.stringify(directory)}, 'cpu');
       console.log('opened');
     } catch (error) {
       console.log(error.code + ': ' + error.message);
     }`,
  );
}

describe('opening the libraries', () => {
  const addon = loadAddon();
  const { release } = addon.openLibraries(real, 'cpu');
  beforeAll(() => symlinkSync(real, path.join(folder, 'link')));
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('gives the release and the devices with their memory', () => {
    const opened = addon.openLibraries(real, 'cpu');
    expect(opened.release).toMatch(/^\d+\.\d+\.\d+$/);
    const cpu = opened.devices.find((device) => device.kind === 'cpu');
    expect(cpu).toMatchObject({ name: 'CPU', backend: 'CPU' });
    expect(cpu?.memoryTotal).toBeGreaterThan(2 ** 30);
  });

  it('gives the same result again for the same directory, even under another name', () => {
    expect(addon.openLibraries(path.join(folder, 'link'), 'cpu')).toEqual(addon.openLibraries(real, 'cpu'));
  });

  it('gives the same result to several threads at the same time', () => {
    const source = `
      const { parentPort, workerData } = require('node:worker_threads');
      const addon = require(workerData.addonFile);
      const seen = new Set();
      for (let at = 0; at < 20_000; at++) {
        const { devices } = addon.openLibraries(workerData.libraries, 'cpu');
        seen.add(devices.map((device) => device.name).join());
      }
      parentPort.postMessage([...seen]);`;
    const out = runWithAddon(`
      const { Worker } = require('node:worker_threads');
      addon.openLibraries(libraries, 'cpu');
      const options = { eval: true, workerData: { addonFile, libraries } };
      const start = () =>
        new Promise((resolve) => new Worker(${JSON.stringify(source)}, options).once('message', resolve));
      Promise.all([start(), start(), start()]).then((seen) => console.log(new Set(seen.flat()).size));`);
    expect(out).toBe('1');
  });

  it('refuses a second directory in one process', () => {
    addon.openLibraries(real, 'cpu');
    expect(() => addon.openLibraries(folder, 'vulkan')).toThrow(expect.objectContaining({ code: 'library.unusable' }));
  });

  it('says that the libraries are missing when the directory is absent or empty', () => {
    expect(openingError(path.join(folder, 'absent'))).toMatch(/^library\.missing: /);
    expect(openingError(os.tmpdir())).toMatch(/^library\.missing: .*ggml-base/);
  });

  it.runIf(process.platform === 'linux')('refuses libraries of another release before it uses them', () => {
    const other = librariesWith(
      'other-release',
      /^libllama\.v/,
      'const char * llama_version(void) { return "0.0.1-dev"; }',
    );
    const error = openingError(other);
    expect(error).toMatch(/^library\.release: .*0\.0\.1-dev/);
    expect(error).toContain(`needs ${release}`);
  });

  it.runIf(process.platform === 'linux')('names every missing function at once', () => {
    const version = `const char * llama_version(void) { return "${release}-dev"; }`;
    const poor = librariesWith('poor', /^libllama\.v/, version);
    const error = openingError(poor);
    expect(error).toMatch(/^library\.release: /);
    expect(error).toContain('llama_decode');
    expect(error).toContain('llama_sampler_init_top_p');
  });

  it.runIf(process.platform === 'linux')('says why the system cannot load a library', () => {
    const broken = librariesWith('broken', /^libggml\.v/, 'int nothing;');
    writeFileSync(
      path.join(broken, readdirSync(broken).find((file) => file.startsWith('libggml.v')) as string),
      'no library',
    );
    expect(openingError(broken)).toMatch(/^library\.unusable: .*libggml\.v/);
  });

  it('refuses to load a model before the libraries are open', () => {
    const out = runWithAddon(
      `try { addon.loadModel({ path: nano, gpuLayers: 0 }, () => {}); } catch (error) { console.log(error.code); }`,
    );
    expect(out).toBe('library.missing');
  });

  it('asks the libraries only for functions that a source file calls', () => {
    const sources = sourceFiles(/^native\/addon\/.*\.(cpp|h)$/)
      .map(readSource)
      .join('\n');
    const asked = [...sources.matchAll(/\bX\(((?:llama|ggml)_\w+)\)/g)].map(([, name]) => name);
    const called = new Set(
      [...sources.matchAll(/(?:\bapi\(\)|\btable)\.((?:llama|ggml)_\w+)/g)].map(([, name]) => name),
    );
    expect(asked.length).toBeGreaterThan(50);
    expect(asked.filter((name) => !called.has(name))).toEqual([]);
  });

  it('sends whole lines of the log to JavaScript and nothing to stderr', () => {
    const out = runWithAddon(`
      const lines = [];
      addon.onLog((level, text) => lines.push([level, text]));
      addon.openLibraries(libraries, 'cpu');
      addon.loadModel({ path: nano, gpuLayers: 0 }, () => {}).model.then((model) => model.close()).then(() => {
        const levels = [...new Set(lines.map(([level]) => level))];
        const broken = lines.filter(([, text]) => text.includes('\\n')).length;
        console.log(JSON.stringify({ count: lines.length, levels, broken }));
      });`);
    const { count, levels, broken } = JSON.parse(out) as { count: number; levels: string[]; broken: number };
    expect(count).toBeGreaterThan(50);
    expect(levels).toContain('info');
    expect(broken).toBe(0);
  });
});
