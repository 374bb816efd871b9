// Real: the gate, its policies, files and links on disk. Faked: the user.
import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { PermissionMode } from '../../../extension/permission/permission-mode.ts';
import { Gate } from '../../../extension/permission/gate.ts';
import { namesGuarded } from '../../../extension/permission/guarded-files.ts';
import { formatRule, parseRule } from '../../../extension/permission/rules.ts';

const root = realpathSync(mkdtempSync(path.join(tmpdir(), 'guarded-')));
mkdirSync(path.join(root, '.github/workflows'), { recursive: true });
writeFileSync(path.join(root, '.github/workflows/ci.yml'), '');
symlinkSync('.github/workflows/ci.yml', path.join(root, 'notes.txt'));

const words = (text: string): string[] => text.trim().split(/\s+/);

interface World {
  readonly mode?: PermissionMode;
  readonly globs?: readonly string[];
  readonly rules?: readonly string[];
}

/** Who decides about a change of these files, and the rule that is offered. */
async function change(names: readonly string[], { mode = 'edit', globs = [], rules = [] }: World = {}) {
  let offered: string | undefined;
  const gate = new Gate(
    {
      mode: () => mode,
      trusted: () => true,
      roots: () => [root],
      guardedFiles: () => globs,
      rules: () => rules.map((text) => parseRule('allow', text)).filter((rule) => rule !== undefined),
      readOnlyCommands: () => true,
      addRules: async () => undefined,
    },
    { read: () => ({ readable: false, commands: [], seen: [], files: [] }) },
    async (_asked, [rule]) => {
      offered = rule && formatRule(rule);
      return 'decline';
    },
  );
  const { by } = await gate.decide(
    {
      call: { id: '0', name: 'edit_file', arguments: '{}' },
      access: { kind: 'write', paths: names.map((name) => path.join(root, name)) },
      title: 'Edit',
    },
    new AbortController().signal,
  );
  return { by, offered };
}

describe('the mode that edits automatically', () => {
  it.each(
    words(`
      .vscode/tasks.json sub/.vscode/launch.json a.code-workspace .mcp.json .idea/workspace.xml
      package.json packages/a/package.json build.rs Cargo.toml a.csproj Directory.Build.props build.gradle
      app/build.gradle.kts package-lock.json yarn.lock pnpm-lock.yaml bun.lockb .yarnrc.yml
      .yarn/releases/yarn.cjs .pnpmfile.cjs pnpm-workspace.yaml .gitattributes .husky/pre-commit
      .github/workflows/new.yml .gitlab-ci.yml .devcontainer/devcontainer.json Makefile sub/makefile
      rules.mk CMakeLists.txt conftest.py tests/conftest.py setup.py eslint.config.mjs .eslintrc.cjs
      prettier.config.js vitest.config.ts jest.config.js vitest.setup.ts babel.config.json karma.conf.js
      gulpfile.js Dockerfile compose.yaml node_modules/left-pad/index.js .venv/bin/activate venv/lib/a.py
      go.mod pyproject.toml AGENTS.md docs/AGENTS.md CLAUDE.md .github/copilot-instructions.md
      .cursorrules a.prompt.md .claude/settings.json .cursor/rules/a.mdc .codex/config.toml .bashrc .zshrc
      .profile .envrc SUB/PACKAGE.JSON gradlew .pre-commit-config.yaml Jenkinsfile .cargo/config.toml
    `),
  )('asks before it changes %s', async (name) => {
    expect((await change([name])).by).toBe('user');
  });

  it.each(
    words(`      src/a.ts README.md docs/package.md src/config.ts test/makefile.test.ts tsconfig.json src/agents.ts
      lib/lock.ts src/node_modules.ts src/vscode/a.ts env/a.py profile.ts`),
  )('changes %s by itself', async (name) => {
    expect((await change([name])).by).toBe('edit-mode-allow');
  });

  it('asks for a name that leads to such a file, and for a call that changes one of several', async () => {
    expect((await change(['notes.txt'])).by).toBe('user');
    expect((await change(['src/a.ts', 'package.json'])).by).toBe('user');
  });

  it('offers a rule for the file, and asks no more where a rule allows it', async () => {
    expect((await change(['package.json'])).offered).toBe('edit(package.json)');
    expect((await change(['package.json'], { rules: ['edit(package.json)'] })).by).toBe('user-rule-allow');
  });

  it('asks for more files, and for fewer, as the setting says', async () => {
    expect((await change(['deploy/a.sh'], { globs: ['deploy/**'] })).by).toBe('user');
    expect((await change(['package.json'], { globs: ['!**/package.json'] })).by).toBe('edit-mode-allow');
    expect((await change(['AGENTS.md'], { globs: ['!**/package.json'] })).by).toBe('user');
    expect((await change(['deploy/a.sh'], { globs: ['deploy/**', '!deploy/a.sh'] })).by).toBe('edit-mode-allow');
  });
});

describe('other modes', () => {
  it('go on as before: autonomous does not ask, ask asks for all', async () => {
    expect((await change(['package.json'], { mode: 'autonomous' })).by).toBe('autonomous-mode-allow');
    expect((await change(['src/a.ts'], { mode: 'ask' })).by).toBe('user');
    expect((await change(['package.json'], { mode: 'plan' })).by).toBe('plan-mode-deny');
  });
});

describe('a name', () => {
  it('is looked at below the workspace only: where that lies says nothing', () => {
    expect(namesGuarded(['src/a.ts'], [])).toBe(false);
    expect(namesGuarded(['sub\\package.json'], [])).toBe(true);
  });
});
