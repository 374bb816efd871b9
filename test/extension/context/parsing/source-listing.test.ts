import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { fewPlaces, listFolders, placesIn, sourcesIn } from '../../../../extension/context/parsing/source-listing.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

describe('places in a folder', () => {
  it('are relative to it, without those elsewhere', () => {
    expect(placesIn('/w/app', ['/w/app/a.js', '/w/app/b/c', '/w/apple/d.js', '/w/x'])).toEqual(['a.js', 'b/c']);
    expect(placesIn('/w/app', ['/w/app/..a/b.js'])).toEqual(['..a/b.js']);
  });

  it('are all of it where one is the folder itself or around it', () => {
    for (const place of ['/w/app', '/w', '/']) expect(placesIn('/w/app', ['/w/app/a.js', place])).toBeUndefined();
  });
});

it('many places become the folders around them', () => {
  const places = ['/w/a/1.js', '/w/a/2.js', '/w/b/c/3.js'];
  expect(fewPlaces(places, 3)).toEqual(places);
  expect(fewPlaces(places, 2)).toEqual(['/w/a', '/w/b']);
  expect(fewPlaces(places, 1)).toEqual(['/w']);
});

describe('the same folder twice', () => {
  const outer = () => {
    const folder = path.join(temporaryFolder(), 'app');
    mkdirSync(path.join(folder, 'lib'), { recursive: true });
    for (const name of ['a.js', 'lib/b.js']) writeFileSync(path.join(folder, name), '');
    return folder;
  };
  /** Lists like the editor: what is at or below the places. */
  const list = (names: Readonly<Record<string, readonly string[]>>) => {
    return async (folder: string, only: readonly string[] | undefined) =>
      (names[folder] ?? []).filter((name) => only?.some((place) => `${name}/`.startsWith(`${place}/`)) ?? true);
  };

  it('gives each file once, also when one folder is in the other', async () => {
    const app = outer();
    const lib = path.join(app, 'lib');
    const names = list({ [app]: ['a.js', 'lib/b.js'], [lib]: ['b.js', 'ignored-outside.js'] });
    const { files } = await sourcesIn(await listFolders([app, lib, app], undefined, names));
    expect(files).toEqual([path.join(app, 'a.js'), path.join(lib, 'b.js'), path.join(lib, 'ignored-outside.js')]);
  });

  it.skipIf(process.platform === 'win32')('gives each file once, also by a link, and for a change there', async () => {
    const app = outer();
    const link = path.join(path.dirname(app), 'link');
    symlinkSync(app, link);
    const names = list({ [app]: ['a.js', 'lib/b.js'], [link]: ['a.js', 'lib/b.js'] });
    const both = [path.join(app, 'a.js'), path.join(app, 'lib/b.js')];
    expect((await sourcesIn(await listFolders([app, link], undefined, names))).files).toEqual(both);
    const places = [path.join(link, 'lib/b.js')];
    expect((await sourcesIn(await listFolders([app, link], places, names))).files).toEqual(both.slice(1));
  });
});
