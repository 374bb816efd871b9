import { chmodSync, mkdtempSync, readdirSync, rmSync, statSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { loadAddon } from '../../../native/daemon/backend/addon-loader.ts';
import { runWithAddon, startWithAddon } from '../../support/engine/addon-process.ts';

const addon = loadAddon();
const folder = mkdtempSync(path.join(os.tmpdir(), 'moonwright-lock-'));
let files = 0;

function newFile(): string {
  return path.join(folder, `lock-${files++}`);
}

function otherProcessGets(file: string): boolean {
  return runWithAddon(`console.log(addon.lockFile(${JSON.stringify(file)}) !== undefined)`) === 'true';
}

describe('a file lock', () => {
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('belongs to one process and is free after release(), which may be called again', () => {
    const file = newFile();
    const lock = addon.lockFile(file);
    expect(lock).toBeDefined();
    expect(otherProcessGets(file)).toBe(false);
    lock?.release();
    lock?.release();
    expect(otherProcessGets(file)).toBe(true);
  });

  it('is not given twice within one process', () => {
    const file = newFile();
    const lock = addon.lockFile(file);
    expect(addon.lockFile(file)).toBeUndefined();
    lock?.release();
  });

  it('is free when its process ends, in order or by kill -9', async () => {
    const file = newFile();
    expect(otherProcessGets(file)).toBe(true);
    const holder = await startWithAddon(`addon.lockFile(${JSON.stringify(file)});`);
    expect(addon.lockFile(file)).toBeUndefined();
    holder.kill('SIGKILL');
    await new Promise((resolve) => holder.once('exit', resolve));
    const lock = addon.lockFile(file);
    expect(lock).toBeDefined();
    lock?.release();
  });

  it('is kept when JavaScript collects its object', () => {
    const out = runWithAddon(`
      require('node:v8').setFlagsFromString('--expose-gc');
      const collect = require('node:vm').runInNewContext('gc');
      addon.lockFile(${JSON.stringify(newFile())});
      for (let at = 0; at < 5; at++) collect();
      const last = ${JSON.stringify(path.join(folder, `lock-${files - 1}`))};
      setImmediate(() => console.log(addon.lockFile(last) === undefined));`);
    expect(out).toBe('true');
  });

  it.skipIf(process.platform === 'win32')('is not inherited by a child process that outlives it', async () => {
    const file = newFile();
    const holder = await startWithAddon(`
      addon.lockFile(${JSON.stringify(file)});
      require('node:child_process').spawn('sleep', ['20'], { detached: true, stdio: 'ignore' }).unref();`);
    holder.kill('SIGKILL');
    await new Promise((resolve) => holder.once('exit', resolve));
    expect(otherProcessGets(file)).toBe(true);
  });

  it.skipIf(process.platform === 'win32')('makes its file readable for the user only and leaves it in place', () => {
    const file = newFile();
    const lock = addon.lockFile(file);
    expect(statSync(file).mode & 0o777).toBe(0o600);
    lock?.release();
    expect(readdirSync(folder)).toContain(path.basename(file));
  });

  it.skipIf(process.platform === 'win32')('counts for the file of that name, not for one that was removed', () => {
    const file = newFile();
    const old = addon.lockFile(file);
    unlinkSync(file);
    const fresh = addon.lockFile(file);
    expect(fresh).toBeDefined();
    expect(otherProcessGets(file)).toBe(false);
    old?.release();
    fresh?.release();
  });

  it.skipIf(process.platform === 'win32')('refuses a symbolic link and an impossible path', () => {
    const file = newFile();
    writeFileSync(path.join(folder, 'target'), '');
    chmodSync(path.join(folder, 'target'), 0o600);
    symlinkSync(path.join(folder, 'target'), file);
    expect(() => addon.lockFile(file)).toThrow(expect.objectContaining({ code: 'file.failed' }));
    expect(() => addon.lockFile(path.join(folder, 'absent', 'lock'))).toThrow(
      expect.objectContaining({ code: 'file.failed' }),
    );
  });
});
