import { mkdirSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { linkName, oneName, presentName } from '../../../extension/edits/one-name.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

let work: string;
const at = (name: string): string => path.join(work, name);
beforeEach(() => {
  work = path.join(realpathSync(temporaryFolder()), 'work');
  mkdirSync(at('src'), { recursive: true });
  writeFileSync(at('src/a.ts'), '');
});

describe.skipIf(process.platform === 'win32')('a file', () => {
  it('has one name, whatever symlinks lead to it', async () => {
    symlinkSync('src/a.ts', at('file-link.ts'));
    symlinkSync('src', at('folder-link'));
    symlinkSync(at('folder-link'), at('second-link'));
    for (const name of ['src/a.ts', 'file-link.ts', 'folder-link/a.ts', 'second-link/a.ts'])
      expect(await oneName(at(name), [work])).toBe(at('src/a.ts'));
    expect(await oneName(at('folder-link/new/b.ts'), [work])).toBe(at('src/new/b.ts'));
  });

  it('is named as the workspace names its folder', async () => {
    const linked = path.join(path.dirname(work), 'linked');
    symlinkSync(work, linked);
    expect(await oneName(path.join(linked, 'src/a.ts'), [linked])).toBe(path.join(linked, 'src/a.ts'));
    expect(await oneName(at('src/a.ts'), [linked])).toBe(path.join(linked, 'src/a.ts'));
  });

  it('that is a symlink keeps its own name where the link is meant', async () => {
    symlinkSync('src', at('folder-link'));
    symlinkSync('a.ts', at('src/b.ts'));
    expect(await linkName(at('folder-link/b.ts'), [work])).toBe(at('src/b.ts'));
  });

  it('is found by composed and decomposed letters', async () => {
    const [composed, decomposed] = ['caf\u00e9', 'cafe\u0301'];
    mkdirSync(at(decomposed));
    writeFileSync(at(`${decomposed}/${composed}.ts`), '');
    const name = at(`${decomposed}/${composed}.ts`);
    for (const [folder, file] of [
      [composed, composed],
      [composed, decomposed],
      [decomposed, decomposed],
    ])
      expect(await oneName(at(`${folder}/${file}.ts`), [work])).toBe(name);
    expect(await presentName(at('ü/x.ts'))).toBe(at('ü/x.ts'));
  });

  it('is not found behind a symlink with other letters: nobody has allowed where it leads', async () => {
    writeFileSync(path.join(path.dirname(work), 'secret'), '');
    symlinkSync('../secret', at('cafe\u0301'));
    expect(await presentName(at('caf\u00e9'))).toBe(at('caf\u00e9'));
  });
});
