import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { DaemonLog } from '../../../../native/daemon/cli/daemon-log.ts';
import type { LogLevel } from '../../../../native/daemon/cli/daemon-log.ts';
import { temporaryFolder } from '../../../support/temporary-folder.ts';

function log(level: LogLevel = 'info', isTTY = false) {
  const written: string[] = [];
  return { written, log: new DaemonLog({ isTTY, write: (text) => written.push(text) }, level) };
}
const file = (): string => path.join(temporaryFolder(), 'daemon.log');

describe('DaemonLog', () => {
  it('writes lines with time and level, from the level on that was asked for', () => {
    const { log: daemonLog, written } = log('warn');
    daemonLog.write('info', 'quiet');
    daemonLog.write('warn', 'loud\n');
    expect(written).toHaveLength(1);
    expect(written[0]).toMatch(/^\d{4}-\d\d-\d\dT[\d:.]+Z warn loud\n$/);
  });

  it('puts what came before the file into it, and every line at once', () => {
    const { log: daemonLog } = log();
    const path = file();
    daemonLog.write('info', 'before');
    daemonLog.openFile(path);
    daemonLog.write('info', 'after');
    expect(readFileSync(path, 'utf8')).toMatch(/before\n.*after\n$/);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    daemonLog.removeFile();
    daemonLog.removeFile();
    expect(existsSync(path)).toBe(false);
    daemonLog.write('info', 'still on stderr');
  });

  it('keeps the file small and its last lines', () => {
    const { log: daemonLog } = log();
    const path = file();
    daemonLog.openFile(path);
    for (let at = 0; at < 9000; at++) daemonLog.write('info', `${at} ${'é'.repeat(60)}`);
    expect(statSync(path).size).toBeLessThanOrEqual(520 * 1024);
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines.at(-2)).toContain('info 8999 ');
    expect(lines.length).toBeGreaterThan(400);
  });

  it.runIf(process.platform === 'linux')('gives up a file on a full disk, says so once, and goes on', () => {
    const { log: daemonLog, written } = log();
    daemonLog.write('info', 'one');
    daemonLog.openFile('/dev/full');
    daemonLog.write('info', 'two');
    daemonLog.write('info', 'three');
    expect(written.map((line) => line.split(' ').slice(1).join(' '))).toEqual([
      'info one\n',
      expect.stringMatching(/^warn The log file is written no more: ENOSPC/),
      'info two\n',
      'info three\n',
    ]);
  });

  it('starts without a file that cannot be opened, and ends without one that cannot be removed', () => {
    const { log: daemonLog, written } = log();
    daemonLog.openFile(path.join(temporaryFolder(), 'missing', 'daemon.log'));
    expect(written).toEqual([expect.stringMatching(/ warn There is no log file: ENOENT/)]);
    const folder = temporaryFolder();
    const inside = path.join(folder, 'daemon.log');
    daemonLog.openFile(inside);
    rmSync(inside);
    mkdirSync(inside);
    daemonLog.removeFile();
    expect(written.at(-1)).toMatch(/ warn The log file is left behind: /);
  });

  it('bears a stream that throws', () => {
    const full = (): never => {
      throw new Error('ENOSPC');
    };
    const daemonLog = new DaemonLog({ isTTY: true, write: full }, 'info');
    const path = file();
    daemonLog.openFile(path);
    daemonLog.progress('loading nano', 0.5);
    daemonLog.write('info', 'a line');
    expect(readFileSync(path, 'utf8')).toMatch(/ info a line\n$/);
  });

  it('shows progress in place on a terminal and by quarters elsewhere', () => {
    const terminal = log('info', true);
    for (const fraction of [0, 0.001, 0.5, 1]) terminal.log.progress('loading nano', fraction);
    expect(terminal.written).toEqual([
      '\r\x1b[Kloading nano 0 %',
      '\r\x1b[Kloading nano 50 %',
      '\r\x1b[Kloading nano 100 %\n',
    ]);
    terminal.log.progress('loading nano', 0.2);
    terminal.log.write('info', 'line');
    expect(terminal.written.slice(-2)).toEqual(['\r\x1b[K', expect.stringContaining('line')]);
    const plain = log();
    for (let percent = 0; percent <= 100; percent++) plain.log.progress('loading nano', percent / 100);
    expect(plain.written.map((line) => line.match(/\d+ %/)?.[0])).toEqual(['0 %', '25 %', '50 %', '75 %', '100 %']);
  });
});
