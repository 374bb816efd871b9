import { existsSync, mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import {
  offeringWindows,
  windowFor,
  WindowFile,
  type OfferingWindow,
} from '../../../extension/mcp/offering-windows.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const windowOf = (...folders: string[]): OfferingWindow => ({
  url: 'http://127.0.0.1:1/mcp',
  token: 'secret',
  pid: process.pid,
  folders,
});

describe('the file of a window', () => {
  it('is for its user only, is replaced in one step, and goes with the window', () => {
    const state = path.join(temporaryFolder(), 'not/there/yet');
    const file = new WindowFile(state);
    file.write(windowOf('/a'));
    file.write(windowOf('/a', '/b'));
    expect(offeringWindows(state)).toEqual([windowOf('/a', '/b')]);
    const [name = ''] = readdirSync(path.join(state, 'windows'));
    if (process.platform !== 'win32') {
      expect(statSync(path.join(state, 'windows', name)).mode & 0o777).toBe(0o600);
      expect(statSync(path.join(state, 'windows')).mode & 0o777).toBe(0o700);
    }
    file.remove();
    file.remove();
    expect(offeringWindows(state)).toEqual([]);
  });

  it('of a window that was killed is removed, and what is none is left out', () => {
    const state = temporaryFolder();
    const folder = path.join(state, 'windows');
    mkdirSync(folder);
    writeFileSync(path.join(folder, 'killed.json'), JSON.stringify({ ...windowOf('/a'), pid: 2 ** 30 }));
    writeFileSync(path.join(folder, 'half.json'), '{"url":"http:');
    writeFileSync(path.join(folder, 'other.json'), '{"url":1}');
    expect(offeringWindows(state)).toEqual([]);
    expect(existsSync(path.join(folder, 'killed.json'))).toBe(false);
    expect(offeringWindows(path.join(state, 'none'))).toEqual([]);
  });
});

describe('of several windows', () => {
  const work = path.resolve('/work');
  const app = path.join(work, 'app');
  const lib = path.join(work, 'lib');
  const windows = [windowOf(work), windowOf(app, path.resolve('/docs')), windowOf(path.resolve('/elsewhere'))];

  it('the one with the nearest folder above is meant', () => {
    expect(windowFor(path.join(app, 'src'), windows)).toBe(windows[1]);
    expect(windowFor(app, windows)).toBe(windows[1]);
    expect(windowFor(lib, windows)).toBe(windows[0]);
    expect(windowFor(path.resolve('/docs/a'), windows)).toBe(windows[1]);
    expect(windowFor(path.resolve('/application'), [windowOf(path.resolve('/app'))])).toBeUndefined();
  });

  it('none is guessed where more than one lies below, or nothing fits', () => {
    expect(windowFor(path.resolve('/'), windows)).toBeUndefined();
    expect(windowFor(path.resolve('/'), windows.slice(1, 2))).toBe(windows[1]);
    expect(windowFor(path.resolve('/other'), windows)).toBeUndefined();
    expect(windowFor(work, [])).toBeUndefined();
  });
});
