import { describe, expect, it } from 'vitest';
import { WorkspacePaths } from '../../../extension/edits/workspace-paths.ts';

const one = new WorkspacePaths(() => [{ name: 'app', path: '/w/app' }]);
const two = new WorkspacePaths(() => [
  { name: 'app', path: '/w/app' },
  { name: 'lib', path: '/w/app/lib' },
]);

describe('with one folder, paths', () => {
  it('are relative to it', () => {
    expect(
      ['src/a.js', './src/a.js', '/w/app/src/a.js', 'src/../src/a.js', '.', ''].map((name) => one.absolute(name)),
    ).toEqual(['/w/app/src/a.js', '/w/app/src/a.js', '/w/app/src/a.js', '/w/app/src/a.js', '/w/app', '/w/app']);
    expect(['/w/app/src/a.js', '/w/app', '/w/apple/a.js', '/etc/passwd'].map((file) => one.relative(file))).toEqual([
      'src/a.js',
      '',
      '/w/apple/a.js',
      '/etc/passwd',
    ]);
  });

  it('may lead out of it: that is for the permissions to see', () => {
    expect(one.absolute('../secret')).toBe('/w/secret');
    expect(one.relative('/w/secret')).toBe('/w/secret');
  });

  it('may hold names that begin with two dots', () => {
    expect(one.relative('/w/app/..a/b')).toBe('..a/b');
  });
});

describe('with several folders, paths', () => {
  it('begin with the name of a folder', () => {
    expect(two.absolute('lib/src/a.js')).toBe('/w/app/lib/src/a.js');
    expect(two.absolute('app/src/a.js')).toBe('/w/app/src/a.js');
    expect(two.relative('/w/app/src/a.js')).toBe('app/src/a.js');
    expect(two.relative('/w/app/lib/src/a.js')).toBe('lib/src/a.js');
    expect(two.relative('/w/app/lib')).toBe('lib');
  });

  it('without one are of the first folder', () => {
    expect(two.absolute('src/a.js')).toBe('/w/app/src/a.js');
  });
});

it('without a folder there are no paths', () => {
  expect(() => new WorkspacePaths(() => []).absolute('a')).toThrow('no folder is open');
});
