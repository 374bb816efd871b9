// Real: shells and their processes, in a folder of their own.
import { existsSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { findProgram, userEnvironment } from '../../../../extension/tools/commands/command-environment.ts';
import { CommandRuns } from '../../../../extension/tools/commands/command-runs.ts';
import { lastLines, OutputBuffer } from '../../../../extension/tools/commands/output-buffer.ts';
import { PlainText, plainText } from '../../../../extension/tools/commands/plain-text.ts';
import { ProcessGroups } from '../../../../extension/tools/commands/process-group.ts';
import type { TerminalMirror } from '../../../../extension/tools/commands/terminal-mirror.ts';
import { readOutput } from '../../../../extension/tools/commands/read-output.ts';
import { runCommand } from '../../../../extension/tools/commands/run-command.ts';
import { DiskWorkspace, planTool, runTool } from '../../../support/extension/disk-workspace.ts';
import { processRuns } from '../../../support/daemon/process-runs.ts';

class ShownTerminals implements TerminalMirror {
  readonly shown: string[] = [];
  stop: () => void = () => undefined;
  open(command: { readonly line: string; readonly background: boolean }, stop: () => void) {
    this.stop = stop;
    this.shown.push(`$ ${command.line}${command.background ? ' &' : ''}\n`);
    return {
      write: (raw: string) => {
        this.shown.push(raw);
      },
      end: (note: string) => {
        this.shown.push(`[${note}]`);
      },
    };
  }
}

let workspace: DiskWorkspace;
let groups: ProcessGroups;
let mirror: ShownTerminals;
let commands: CommandRuns;
let observed: string[];

beforeEach(() => {
  workspace = new DiskWorkspace({ 'a.txt': 'a\n' });
  groups = new ProcessGroups();
  mirror = new ShownTerminals();
  commands = new CommandRuns({
    groups,
    mirror,
    environment: () => userEnvironment({ ...process.env, ELECTRON_RUN_AS_NODE: '1', VSCODE_PID: '1' }),
  });
  observed = [];
});
afterEach(async () => {
  await groups.dispose();
  workspace.remove();
});

const tool = () =>
  runCommand({
    files: workspace,
    commands,
    observer: {
      uncovered: async () => ['1 files over 1 MB cannot be restored.'],
      beforeCommand: async () => {
        observed.push('before');
      },
      afterCommand: async () => {
        observed.push('after');
        return [path.join(workspace.folder, 'a.txt')];
      },
    },
  });
const run = async (args: object, context = {}) => (await runTool(tool(), args, context)).text;
async function until(condition: () => boolean | Promise<boolean>): Promise<void> {
  while (!(await condition())) await new Promise((resolve) => setTimeout(resolve, 30));
}

describe('run_command', () => {
  it('returns the output of both streams in order, and the exit code', async () => {
    expect(await run({ command: 'echo one; echo two >&2; echo three' })).toBe('one\ntwo\nthree\nexit code 0');
    expect(await run({ command: 'printf x; exit 3' })).toBe('x\nexit code 3');
    expect(await run({ command: 'true' })).toBe('exit code 0');
    expect(await run({ command: 'kill -9 $$' })).toBe('exit code 137');
    expect(await run({ command: 'no-such-program' })).toMatch(/no-such-program: command not found\nexit code 127$/);
  });

  it('plans without saving any file, then saves before it runs and says what changed', async () => {
    const plan = await planTool(tool(), { command: 'ls', background: true });
    expect(plan).toMatchObject({
      access: { kind: 'command', command: 'ls', folder: workspace.folder },
      title: 'Start ls',
      preview: { kind: 'command', command: 'ls', folder: workspace.folder },
    });
    expect(plan.preview).toHaveProperty('notes', [
      '1 files over 1 MB cannot be restored.',
      'Changes it makes later, in the background, cannot be undone with this turn.',
    ]);
    expect(observed).toEqual([]);
    expect(await runTool(tool(), { command: 'false' })).toEqual({
      text: 'exit code 1',
      failed: true,
      changed: ['a.txt'],
    });
    expect(observed).toEqual(['before', 'after']);
  });

  it('runs in the workspace folder without input and without the environment of the editor', async () => {
    expect(await run({ command: 'pwd; cat; env | grep -cE "^(ELECTRON_|VSCODE_)"' })).toBe(
      `${workspace.folder}\n0\nexit code 1`,
    );
  });

  it('streams the output: plain for the card, with its colours for the terminal', async () => {
    let card = '';
    expect(
      await run(
        { command: String.raw`printf '\033[31mred\033[0m\n'` },
        {
          onOutput: (text: string) => {
            card += text;
          },
        },
      ),
    ).toBe('red\nexit code 0');
    expect(card).toBe('red\n');
    expect(mirror.shown.join('')).toBe("$ printf '\\033[31mred\\033[0m\\n'\n\u001B[31mred\u001B[0m\n[exit code 0]");
  });

  it('leaves out the middle of much output', async () => {
    const text = await run({ command: 'seq 1 200000' });
    expect(text.length).toBeLessThan(31_000);
    expect(text).toMatch(/^1\n2\n3\n[\s\S]*\n\[\d+ characters left out\]\n[\s\S]*199999\n200000\nexit code 0$/);
  });

  it('stops everything after its time', async () => {
    const text = await run({ command: 'echo begun; sh -c "echo \\$\\$ > inner; sleep 60" & sleep 60', timeout_s: 1 });
    expect(text).toBe('begun\ntimed out after 1 s');
    await expect
      .poll(() => processRuns(Number(readFileSync(path.join(workspace.folder, 'inner'), 'utf8'))), { timeout: 10_000 })
      .toBe(false);
  });

  it('is told that it waited for an answer, where it ends in a question', async () => {
    const text = await run({ command: 'printf "Overwrite a.txt? [y/N] "; sleep 60', timeout_s: 1 });
    expect(text).toMatch(
      /^Overwrite a.txt\? \[y\/N\] \n\[It seems to wait for an answer.*-y\.\]\ntimed out after 1 s$/,
    );
    expect(await run({ command: 'echo "Done?"; sleep 60', timeout_s: 1 })).toBe('Done?\ntimed out after 1 s');
  });

  it('tells the user and the model that a command waits, before its time is over', async () => {
    commands = new CommandRuns({ groups, mirror, environment: () => userEnvironment(process.env), quietMs: 100 });
    let card = '';
    const controller = new AbortController();
    const onOutput = (text: string) => {
      card += text;
      if (card.includes('commands have no input')) controller.abort();
    };
    const text = await run({ command: 'printf "Password: "; sleep 60' }, { onOutput, signal: controller.signal });
    expect(card).toMatch(/^Password: \n\[It seems to wait for an answer.*\]\n$/);
    expect(mirror.shown.join('')).toContain('commands have no input');
    expect(text).toMatch(/^Password: \n\[It seems to wait for an answer.*\]\nstopped by the user$/);
  });

  it.each([
    ['sh', 'printf "Proceed? (y/n) "; read answer || exit 1'],
    ['python3', 'python3 -c "input()"'],
    ['git', 'git ls-remote "https://user@127.0.0.1:9/x.git"; echo "fatal: could not read Password" >&2; exit 128'],
  ])('says of a question of %s that commands have no input', async (program, command) => {
    if (findProgram(program, userEnvironment(process.env)) === undefined) return;
    const text = await run({ command, timeout_s: 60 });
    expect(text).toMatch(/\n\[It seems to wait for an answer[^\n]*\]\nexit code \d+$/);
  });

  it('has no terminal to ask in', async () => {
    const ask = 'if (exec < /dev/tty) 2> /dev/null; then echo asked; else echo no terminal; fi';
    expect(await run({ command: `${ask}; read x; echo "read ended with $?"` })).toBe(
      'no terminal\nread ended with 1\nexit code 0',
    );
  });

  it('opens no editor, pager or question of git', { timeout: 60_000 }, async () => {
    const git = 'git -c user.name=a -c user.email=a@b';
    const text = await run({
      command: `git init -q . && git add -A && ${git} commit -qm one && ${git} commit --amend -q && ${git} log --oneline`,
    });
    expect(text).toMatch(/^[0-9a-f]+ one\nexit code 0$/);
  });

  it('stops when the turn is stopped, and when the user closes the terminal', async () => {
    const controller = new AbortController();
    const aborted = run({ command: 'echo $$ > pid; sleep 60' }, { signal: controller.signal });
    await until(() => existsSync(path.join(workspace.folder, 'pid')));
    controller.abort();
    expect(await aborted).toBe('stopped by the user');
    const closed = run({ command: 'echo up; touch up; sleep 60' });
    await until(() => existsSync(path.join(workspace.folder, 'up')));
    mirror.stop();
    expect(await closed).toBe('up\nstopped by the user');
  });

  it('does not stop for those that ignore the polite signal', { timeout: 20_000 }, async () => {
    const text = await run({ command: 'trap "" TERM; echo $$ > pid; while true; do sleep 0.2; done', timeout_s: 0.5 });
    expect(text).toBe('timed out after 0.5 s');
    await expect
      .poll(() => processRuns(Number(readFileSync(path.join(workspace.folder, 'pid'), 'utf8'))), { timeout: 10_000 })
      .toBe(false);
  });

  it('stops what a command leaves running', async () => {
    expect(await run({ command: 'sleep 60 & echo $! > pid' })).toBe(
      '[The processes it left running were stopped. Use background: true for anything that should keep running.]\nexit code 0',
    );
    await until(() => !processRuns(Number(readFileSync(path.join(workspace.folder, 'pid'), 'utf8'))));
  });
});

describe('a command in the background', () => {
  const read = async (args: object) => (await runTool(readOutput(commands), args)).text;

  it('is read bit by bit until it ends', async () => {
    expect(
      await run({ command: 'echo one; while [ ! -e go ]; do sleep 0.05; done; echo two; exit 2', background: true }),
    ).toBe('Started as command 1.');
    expect(await read({ command_id: 1 })).toBe('one\nstill running');
    workspace.write('go', '');
    await until(() => commands.background(1)?.end !== undefined);
    expect(await read({ command_id: 1 })).toBe('two\nexit code 2');
    expect(await read({ command_id: 1 })).toBe('exit code 2');
    expect(observed).toEqual(['before', 'after']);
  });

  it('says that it waits for an answer', async () => {
    await run({ command: 'printf "Port? "; sleep 60', background: true });
    await commands.background(1)?.changed();
    expect(await read({ command_id: 1 })).toMatch(/^Port\? \n\[It seems to wait for an answer.*\]\nstill running$/);
  });

  it('is stopped on request', async () => {
    await run({ command: 'echo $$ > pid; echo up; sleep 60', background: true });
    await until(() => existsSync(path.join(workspace.folder, 'pid')));
    expect(await read({ command_id: 1, stop: true })).toMatch(/^(up\n)?stopped$/);
    await expect
      .poll(() => processRuns(Number(readFileSync(path.join(workspace.folder, 'pid'), 'utf8'))), { timeout: 10_000 })
      .toBe(false);
  });

  it('is told apart from others by its number', async () => {
    await run({ command: 'sleep 60', background: true });
    expect(await run({ command: 'sleep 60', background: true })).toBe('Started as command 2.');
    await expect(read({ command_id: 7 })).rejects.toThrow('there is no command 7. Running are 1, 2.');
  });

  it('ends with the extension', async () => {
    await run({ command: 'echo $$ > pid; trap "" TERM; while true; do sleep 0.1; done', background: true });
    await until(() => existsSync(path.join(workspace.folder, 'pid')));
    await groups.dispose();
    const pid = Number(readFileSync(path.join(workspace.folder, 'pid'), 'utf8'));
    await until(() => !processRuns(pid));
  });
});

describe('output', () => {
  it('loses its codes also where a chunk ends in the middle of one', () => {
    const plain = new PlainText();
    expect(
      ['a\u001B', '[3', '1mb\u001B]0;ti', 'tle\u0007c', '\u0008d\n'].map((chunk) => plain.push(chunk)).join(''),
    ).toBe('abcd\n');
    expect(plainText('\u001B[2Kx\u0000y')).toBe('xy');
  });

  it('keeps the last state of a progress line', () => {
    const buffer = new OutputBuffer();
    buffer.push('10%\r50%\r100%\r\ndone\n');
    expect(buffer.text()).toBe('100%\ndone\n');
  });

  it('is taken once', () => {
    const buffer = new OutputBuffer(20);
    buffer.push('a'.repeat(100));
    expect(buffer.take()).toBe(`${'a'.repeat(10)}\n[80 characters left out]\n${'a'.repeat(10)}`);
    expect(buffer.take()).toBe('');
    expect(lastLines('1\n2\n3\n\n', 2)).toBe('2\n3');
  });
});

describe('the environment', () => {
  it('has nothing that opens an editor, a pager or a question, whatever the user has set', () => {
    const own = {
      EDITOR: 'code --wait',
      GIT_EDITOR: 'vi',
      HGEDITOR: 'vi',
      PAGER: 'less',
      GH_PAGER: 'less',
      GPG_TTY: '/dev/pts/0',
      GIT_ASKPASS: '/x/askpass.sh',
      SSH_ASKPASS: '/x',
      A: 'b',
    };
    expect(userEnvironment(own)).toEqual({
      A: 'b',
      EDITOR: 'true',
      VISUAL: 'true',
      GIT_EDITOR: 'true',
      GIT_SEQUENCE_EDITOR: 'true',
      GIT_TERMINAL_PROMPT: '0',
      GIT_PAGER: 'cat',
      PAGER: 'cat',
      MANPAGER: 'cat',
      SSH_ASKPASS_REQUIRE: 'never',
      GCM_INTERACTIVE: 'never',
      PIP_NO_INPUT: '1',
      DEBIAN_FRONTEND: 'noninteractive',
    });
  });

  it('finds programs as a shell does, and never in the current folder', () => {
    const folder = realpathSync(mkdtempSync(path.join(os.tmpdir(), 'moonwright-path-')));
    expect(findProgram('sh', { PATH: `${folder}:/bin:/usr/bin` })).toMatch(/\/sh$/);
    expect(findProgram('sh', { PATH: '.:' })).toBeUndefined();
    rmSync(folder, { recursive: true });
  });
});
