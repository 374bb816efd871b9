// Faked: the language server.
import { describe, expect, it } from 'vitest';
import {
  renameSymbol,
  type PlannedRename,
  type SymbolPlace,
} from '../../../../extension/tools/symbols/rename-symbol.ts';
import type { TextSearch } from '../../../../extension/workspace/text-search.ts';
import { planTool, runTool } from '../../../support/extension/disk-workspace.ts';
import { MemoryWorkspace } from '../../../support/extension/memory-workspace.ts';

const world = new MemoryWorkspace({ 'src/a.js': 'const addAll = 1;\nadd(addAll, $add);\n', 'src/b.js': 'add' });
const result = { after: '', saved: true, newProblems: [] };

function tool(plans: readonly (PlannedRename | undefined)[], elsewhere = false) {
  const places: SymbolPlace[] = [];
  let next = 0;
  const search: TextSearch = {
    search: async () => ({ hits: elsewhere ? [{ path: '/w/src/b.js', line: 1, text: 'add' }] : [], cut: false }),
  };
  const made = renameSymbol({
    files: world,
    search,
    rename: async (place) => {
      places.push(place);
      return plans[Math.min(next++, plans.length - 1)];
    },
  });
  return { made, places };
}

const touching = (...names: readonly string[]): PlannedRename => ({
  files: names.map((name) => ({ absolute: `/w/${name}`, changes: 2 })),
  apply: async () => result,
});
const call = { path: 'src/a.js', line: 2, name: 'add', new_name: 'sum' };

describe('rename_symbol', () => {
  it('renames where the name stands as a word, and counts', async () => {
    const { made, places } = tool([touching('src/a.js', 'src/b.js')]);
    expect(await runTool(made, call)).toEqual({
      text: 'Renamed add to sum: 4 changes in 2 files.',
      failed: false,
      changed: ['src/a.js', 'src/b.js'],
    });
    expect(places[0]).toEqual({ absolute: '/w/src/a.js', line: 1, character: 0 });
  });

  it('waits for a language server that does not know the other files yet', async () => {
    const { made } = tool([touching('src/a.js'), touching('src/a.js', 'src/b.js')], true);
    expect((await runTool(made, call)).text).toBe('Renamed add to sum: 4 changes in 2 files.');
  });

  it('asks for write access to every file, before anything is changed', async () => {
    const plan = await planTool(tool([touching('src/a.js', 'src/b.js')]).made, call);
    expect(plan.access).toEqual({ kind: 'write', paths: ['/w/src/a.js', '/w/src/b.js'] });
    expect(plan.preview).toEqual({ kind: 'text', text: 'src/a.js: 2 changes\nsrc/b.js: 2 changes' });
  });

  it('changes no file that the user was not asked about', async () => {
    const { made } = tool([touching('src/a.js'), touching('src/a.js', 'src/b.js')]);
    await expect(runTool(made, call)).rejects.toThrow('the files changed meanwhile');
  });

  it('says what to do where it cannot', async () => {
    await expect(runTool(tool([undefined]).made, call)).rejects.toThrow(
      'no language server can rename add in src/a.js. Use search_text and edit_file.',
    );
    await expect(runTool(tool([undefined]).made, { ...call, line: 1 })).rejects.toThrow(
      'add is not on line 1 of src/a.js. Read the file again.',
    );
    await expect(runTool(tool([undefined]).made, { ...call, line: 9 })).rejects.toThrow('src/a.js has only 3 lines.');
  });
});
