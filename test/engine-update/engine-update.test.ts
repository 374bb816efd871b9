// Small source trees in a temporary folder. The release itself, its build and its tests are left out: they take the
// network and minutes (`npm run engine:update`).
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeEach, describe, expect, it } from 'vitest';
import architectures from '../../native/daemon/gguf/architectures.json' with { type: 'json' };
import { catalogueEntries } from '../../native/daemon/models/catalogue.ts';
import { readTemplate } from '../support/models/template-families.ts';
import { updateEngine, type EngineUpdate } from './engine-update.ts';
import { reportLines } from './report.ts';
import { writeSourceTree, type SourceTree } from './source-tree.ts';

const folder = mkdtempSync(path.join(os.tmpdir(), 'moonwright-engine-update-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const projectFiles = {
  'package.json':
    '{ "optionalDependencies": { "@node-llama-cpp/linux-x64": "1.0.0", "@node-llama-cpp/mac-x64": "1.0.0" } }',
  'native/addon/llama-source.mjs':
    "const packageVersion = '1.0.0';\nconst integrity = 'sha512-old';\nexport const llamaRelease = '0.1.0';\n",
  'native/addon/one.cpp': 'api().llama_run(model, params); llama_params_of(LLAMA_MODE_FAST);',
  'native/daemon/gguf/architectures.json': '{}',
};
const header = `#pragma once
#define SIZE(x) \\
    ((x) + 1)
extern "C" {
    // Runs; returns; never throws.
    struct llama_model;
    enum llama_mode { LLAMA_MODE_SLOW = 0, LLAMA_MODE_FAST = 1, };
    struct llama_params { int32_t size; /* tokens */ enum llama_mode mode; };
    LLAMA_API int32_t llama_run(struct llama_model * model, struct llama_params params);
    LLAMA_API struct llama_params llama_params_of(enum llama_mode mode);
    LLAMA_API void llama_unused(void);
}`;
const before: SourceTree = { architectures: ['llama', 'qwen3'], header };

const read = (name: string): string => readFileSync(path.join(folder, 'project', name), 'utf8');
const project = (): string[] => Object.keys(projectFiles).map(read);

beforeEach(() => {
  for (const [name, content] of Object.entries(projectFiles)) {
    const file = path.join(folder, 'project', name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
  }
});

/** Compares two trees as release 0.1.0 and 0.2.0. */
function update(after: SourceTree, options: Partial<EngineUpdate> = {}): string[] {
  const lines: string[] = [];
  for (const name of ['before', 'after']) rmSync(path.join(folder, name), { recursive: true, force: true });
  updateEngine({
    root: path.join(folder, 'project'),
    pinned: { release: '0.1.0', folder: writeSourceTree(path.join(folder, 'before'), before) },
    candidate: { release: '0.2.0', folder: writeSourceTree(path.join(folder, 'after'), after) },
    pin: { packageVersion: '2.0.0', integrity: 'sha512-new', llamaRelease: '0.2.0' },
    missing: [],
    trial: undefined,
    record: false,
    apply: false,
    print: (line) => lines.push(line),
    ...options,
  });
  return lines;
}

describe('the comparison of two releases', () => {
  it('says that nothing changed between a release and itself', () => {
    expect(update(before)).toEqual(['llama.cpp 0.1.0 -> 0.2.0', 'Nothing changed that concerns the project.']);
  });

  it('does not count comments, layout and functions that the addon leaves alone', () => {
    const other = header
      .replace('// Runs; returns; never throws.', '')
      .replace('llama_unused(void)', 'llama_unused(int)')
      .replace('llama_run(struct llama_model * model, ', 'llama_run(\n  struct llama_model * model,\n  ');
    expect(update({ ...before, header: other })).toContain('Nothing changed that concerns the project.');
  });

  it('lists architectures, tokenizers and keys that came and went', () => {
    const lines = update({
      ...before,
      architectures: ['llama', 'maple'],
      tokenizers: ['default', 'maple-bpe'],
      keys: ['general.name', '%s.maple.depth'],
    });
    expect(lines).toContain('new architectures: maple');
    expect(lines).toContain('architectures that are gone: qwen3');
    expect(lines).toContain('new tokenizers: maple-bpe');
    expect(lines).toContain('new keys of model files: %s.maple.depth');
    expect(lines.join('\n')).toContain('native/daemon/plan/model-facts.ts');
  });

  it('shows a function that is gone and a struct that the addon reaches through another name', () => {
    const other = header.replace(/.*llama_run.*/, '').replace('int32_t size;', 'int64_t size;');
    const lines = update({ ...before, header: other });
    expect(lines).toContain('the addon uses llama_run, which is gone');
    expect(lines).toContain('the addon uses llama_params, which changed');
    expect(lines).toContain('  is  struct llama_params { int64_t size; enum llama_mode mode; }');
    expect(lines.join('\n')).toContain('native/addon/platform/libraries.h');
  });

  it('shows an enum once, of which the addon names a constant', () => {
    const lines = update({ ...before, header: header.replace('LLAMA_MODE_SLOW = 0,', 'LLAMA_MODE_SLOW = 5,') });
    expect(lines.filter((line) => line.startsWith('the addon uses'))).toEqual([
      'the addon uses llama_mode, which changed',
    ]);
  });

  it('probes new and changed templates and names those whose tools no family takes', () => {
    const tools = '{% if tools %}{{ tools | tojson }}{% endif %}{% for m in messages %}{{ m.content }}{% endfor %}';
    const lines = update({
      ...before,
      templates: { 'of-no-family': tools, known: readTemplate('Qwen3-Coder'), broken: '{% for %}' },
    });
    expect(lines).toContain('new chat templates: broken, known');
    expect(lines).toContain('changed chat templates: of-no-family');
    expect(lines).toContain('template known: family qwen3-coder');
    expect(lines).toContain('template of-no-family: no family takes it: calls are written as plain text');
    expect(lines.find((line) => line.startsWith('template broken: '))).toContain('FAILS');
    expect(lines).toContain('- native/daemon/chat/formats/: a family for of-no-family');
  });

  it('refuses a source in which it finds nothing', () => {
    expect(() => update({ ...before, architectures: [] })).toThrow('No architectures were found');
  });
});

describe('what the update changes in the project', () => {
  it('is nothing unless it is told to', () => {
    update({ ...before, architectures: ['llama', 'maple'] });
    expect(project()).toEqual(Object.values(projectFiles));
  });

  it('is the list of architectures, on --record', () => {
    update({ ...before, architectures: ['qwen3', 'maple', 'llama'] }, { record: true });
    const list = { engine: '0.1.0', newest: '0.2.0', known: ['llama', 'qwen3'], newer: ['maple'] };
    expect(JSON.parse(read('native/daemon/gguf/architectures.json'))).toEqual(list);
    expect(read('package.json')).toBe(projectFiles['package.json']);
  });

  it('is the pin and the list, on --apply', () => {
    update({ ...before, architectures: ['llama', 'maple'] }, { apply: true });
    expect(read('package.json')).toBe(projectFiles['package.json'].replaceAll('1.0.0', '2.0.0'));
    expect(read('native/addon/llama-source.mjs')).toBe(
      "const packageVersion = '2.0.0';\nconst integrity = 'sha512-new';\nexport const llamaRelease = '0.2.0';\n",
    );
    const list = { engine: '0.2.0', newest: '0.2.0', known: ['llama', 'maple'], newer: [] };
    expect(JSON.parse(read('native/daemon/gguf/architectures.json'))).toEqual(list);
  });

  it('is nothing while npm lacks the libraries for a platform, which the report names', () => {
    const lines = update(before, { apply: true, missing: ['@node-llama-cpp/mac-x64'] });
    expect(lines).toContain('NOT on npm in this release, so it cannot be used yet: @node-llama-cpp/mac-x64');
    expect(project()).toEqual(Object.values(projectFiles));
  });
});

describe('the report of a trial', () => {
  const names = { added: [], removed: [] };
  const same = {
    from: '0.1.0',
    to: '0.2.0',
    architectures: names,
    tokenizers: names,
    metadataKeys: names,
    templates: { ...names, changed: [] },
    declarations: [],
  };

  it('gives what the compiler said', () => {
    const lines = reportLines(same, [], [], { buildFailure: 'error: no such member', passed: 0, failed: [] });
    expect(lines).toContain('The addon does NOT build:');
    expect(lines).toContain('  error: no such member');
  });

  it('names the tests that failed', () => {
    const lines = reportLines(same, [], [], { buildFailure: undefined, passed: 7, failed: ['a model loads'] });
    expect(lines).toContain('native tests: 7 passed, 1 failed');
    expect(lines).toContain('  a model loads');
  });
});

describe('the list of architectures', () => {
  it('is that of the pinned release', async () => {
    const file = path.resolve(import.meta.dirname, '../../native/addon/llama-source.mjs');
    const { llamaRelease } = (await import(file)) as { readonly llamaRelease: string };
    expect(architectures.engine).toBe(llamaRelease);
    expect(architectures.known.length).toBeGreaterThan(100);
    expect(architectures.newer.filter((name) => architectures.known.includes(name))).toEqual([]);
  });

  it('has those of the catalogue', () => {
    const missing = catalogueEntries.filter(({ architecture }) => !architectures.known.includes(architecture));
    expect(missing.map(({ name }) => name)).toEqual([]);
  });
});
