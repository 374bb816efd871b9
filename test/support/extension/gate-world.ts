import { mkdir, mkdtemp, realpath, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { beforeAll, beforeEach } from 'vitest';
import type { Access, ResolvedCall } from '../../../extension/agent/agent-tools.ts';
import { Gate } from '../../../extension/permission/gate.ts';
import type { PermissionMode } from '../../../extension/permission/permission-mode.ts';
import type { Rule } from '../../../extension/permission/policy.ts';
import { formatRule, parseRule } from '../../../extension/permission/rules.ts';
import { loadShellReader, type ShellReader } from '../../../extension/permission/shell/shell-command.ts';
import type { UserAnswer } from '../../../extension/permission/user-answer.ts';
import { grammarsOfPackages } from './package-grammars.ts';

export interface World {
  mode?: PermissionMode;
  trusted?: boolean;
  rules?: string[];
  readOnlyCommands?: boolean;
  answer?: UserAnswer;
}

/** A gate for the folder `root`, with an answer ready for each question. */
export function gateWorld(root: string, shell: ShellReader, world: World) {
  const asked: (string | undefined)[] = [];
  const added: string[] = [];
  const rules = (world.rules ?? []).map((text) => {
    const [effect, rest] = text.split(/ (.*)/s);
    return parseRule(effect as Rule['effect'], rest ?? '') as Rule;
  });
  const made = new Gate(
    {
      mode: () => world.mode ?? 'ask',
      trusted: () => world.trusted ?? true,
      roots: () => [root],
      rules: () => rules,
      guardedFiles: () => [],
      readOnlyCommands: () => world.readOnlyCommands ?? false,
      addRules: async (more) => {
        added.push(...more.map(formatRule));
        rules.push(...more);
      },
    },
    shell,
    async (_resolved, offered) => {
      asked.push(offered.map(formatRule).join(', '));
      return world.answer ?? 'decline';
    },
  );
  const call = (access: Access): ResolvedCall => ({
    call: { id: '0', name: 'x', arguments: '{}' },
    access,
    title: 'x',
    run: async () => ({ text: '', failed: false }),
  });
  const decide = async (access: Access) => {
    const before = asked.length;
    const decision = await made.decide(call(access), new AbortController().signal);
    if (asked.length === before) return decision.by;
    return decision.allowed ? 'asked, allowed' : 'asked, refused';
  };
  return { decide, asked, added, mayLook: (access: Access) => made.mayLook(access) };
}

/** A folder for each test, with `src/a.js` in it and an empty folder beside it; bash reads the lines. */
export function useGateFolder() {
  let shell: ShellReader;
  const folder = {
    root: '',
    outside: '',
    gate: (world: World) => gateWorld(folder.root, shell, world),
    read: (...paths: string[]): Access => ({
      kind: 'read',
      paths: paths.map((file) => path.resolve(folder.root, file)),
    }),
    write: (...paths: string[]): Access => ({
      kind: 'write',
      paths: paths.map((file) => path.resolve(folder.root, file)),
    }),
    run: (command: string): Access => ({ kind: 'command', command, folder: folder.root }),
  };
  beforeAll(async () => {
    shell = await loadShellReader(grammarsOfPackages(path.resolve(import.meta.dirname, '../../..')), 'bash');
  });
  beforeEach(async () => {
    const base = await realpath(await mkdtemp(path.join(tmpdir(), 'gate-')));
    [folder.root, folder.outside] = [path.join(base, 'work'), path.join(base, 'other')];
    await mkdir(path.join(folder.root, 'src'), { recursive: true });
    await mkdir(folder.outside);
    await writeFile(path.join(folder.root, 'src/a.js'), '');
  });
  return folder;
}
