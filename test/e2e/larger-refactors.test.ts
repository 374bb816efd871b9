// Faked: the model, by a script. Commands for larger models, in a real VS Code with the packaged extension.
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { ScriptedDaemon, type Asked, type DaemonScript } from '../support/daemon/scripted-daemon.ts';
import { CodeEditor } from './host/code-editor.ts';
import { scenario, useVSCode, type Scenario } from './host/scenario.ts';
import type { SampleCopy } from './host/sample-copy.ts';

interface ScriptedScenario extends Scenario {
  readonly asked: readonly Asked[];
  readonly editor: CodeEditor;
}

/** A scenario of the sample project whose model says what `script` says. */
function scripted(
  name: string,
  script: DaemonScript,
  prepare: (project: SampleCopy) => void,
  body: (scenario: ScriptedScenario) => Promise<void>,
): void {
  let model: ScriptedDaemon | undefined;
  scenario(
    name,
    {
      sample: 'sample-project',
      // Menus and palette leave out what the built-in model refuses.
      settings: { 'moonwright.model': 'larger' },
      before: async ({ stateDirectory, project }) => {
        prepare(project);
        model = await ScriptedDaemon.start(stateDirectory, script);
      },
    },
    async (at) => {
      try {
        await body({ ...at, asked: model?.asked ?? [], editor: new CodeEditor(at.window, at.project) });
      } finally {
        await model?.stop();
      }
    },
  );
}

function put(project: SampleCopy, file: string, text: string): void {
  writeFileSync(path.join(project.folder, file), text);
}

function git(project: SampleCopy, ...args: string[]): void {
  execFileSync('git', ['-c', 'user.name=Luna', '-c', 'user.email=luna@moon', ...args], { cwd: project.folder });
}

const last = ({ messages }: Asked): string => messages.at(-1)?.content ?? '';

describe('with a larger model', () => {
  useVSCode();

  const cart =
    'export function bill(items, postage) {\n  const sum = items.reduce((all, item) => all + item.price * item.count, 0);\n  return sum + postage;\n}\n';
  scripted(
    'code is extracted by the language server, into a function that the model names',
    () => ({ text: '1. `priceOf`\n2. total' }),
    (project) => put(project, 'src/cart.js', cart),
    async ({ editor, asked, shot }) => {
      await editor.open('src/cart.js');
      await editor.select([2, 15], [2, 77]);
      await shot('1-selected');
      await editor.run('Extract Function');
      const text = await editor.saved('src/cart.js', (now) => now.includes('priceOf'));
      await shot('2-extracted');
      expect(text).toContain('const sum = priceOf(items);');
      expect(text).toMatch(
        /function priceOf\(items\) \{\n\s+return items\.reduce\(\(all, item\) => all \+ item\.price \* item\.count, 0\);\n\}/,
      );
      expect(asked).toHaveLength(1);
      expect(last(asked[0] as Asked)).toMatch(/^Name the function `newFunction`\./);
    },
  );

  const tests =
    "import { test } from 'node:test';\nimport assert from 'node:assert/strict';\nimport { bill } from '../src/cart.js';\n\ntest('bill adds the postage', () => {\n  assert.equal(bill([{ price: 2, count: 3 }], 1), 7);\n});\n";
  scripted(
    'tests are written where the project has them, to be kept or undone',
    () => ({ text: `\`\`\`js\n${tests}\`\`\`` }),
    (project) => put(project, 'src/cart.js', cart),
    async ({ editor, asked, project, shot }) => {
      await editor.open('src/cart.js', 2, 5);
      await editor.run('Write Tests');
      await expect.poll(() => project.has('test/cart.test.js'), { timeout: 60_000 }).toBe(true);
      await shot('1-written');
      await expect.poll(() => project.read('test/cart.test.js')).toBe(tests);
      const request = last(asked[0] as Asked);
      expect(request).toContain('Write tests for `bill` of src/cart.js');
      expect(request).toContain("from there the code's path is ../src/cart.js");
      expect(request, 'another test shows the style').toContain("import { test } from 'node:test';");
      await editor.run('Undo Changes in File');
      await expect.poll(() => project.has('test/cart.test.js'), { timeout: 20_000 }).toBe(false);
    },
  );

  const findings = {
    findings: [
      { file: 'src/math.js', line: 2, kind: 'bug', text: '`add` subtracts **b**. ![x](https://leak.invalid/x.png)' },
      { file: 'src/math.js', line: 6, kind: 'risk', text: 'min may be larger than max.' },
    ],
  };
  const answers: DaemonScript = ({ messages }) =>
    messages[0]?.content.startsWith('You review') === true
      ? { text: JSON.stringify(findings) }
      : { text: '```js\nexport function add(a, b) {\n  return a + b;\n}\n```' };
  const prepareReview = (project: SampleCopy): void => {
    const text = project.read('src/math.js');
    put(project, 'src/math.js', text.replace('a - b', 'a + b').replace('Math.max(value, min)', 'value'));
    git(project, 'init', '-q');
    git(project, 'add', '.');
    git(project, 'commit', '-q', '-m', 'Begin');
    put(project, 'src/math.js', text);
    put(project, 'src/new.js', 'export const moon = 1;\n');
  };
  scripted(
    'changes are reviewed, findings stand at their lines and can be fixed',
    answers,
    prepareReview,
    async ({ editor, asked, window, shot, shotInThemes }) => {
      const { page } = window;
      await editor.open('src/math.js');
      await editor.run('Review My Changes');
      const notes = page.locator('.review-widget');
      await notes.first().waitFor({ timeout: 45_000 });
      await expect.poll(() => notes.count()).toBe(2);
      await shot('1-findings');
      await shotInThemes('1-findings');
      expect(last(asked[0] as Asked)).toContain('   2 +   return a - b;');
      expect(last(asked[0] as Asked)).toContain('src/new.js\n');
      expect(await notes.locator('img').count()).toBe(0);
      expect(window.foreignRequests).toEqual([]);
      await notes.first().locator('.action-label[aria-label*="Fix This"]').click();
      await editor.saved('src/math.js', (now) => now.includes('return a + b;'));
      await expect.poll(() => notes.count()).toBe(1);
      await shot('2-fixed');
      await editor.run('Close All Comments');
      await expect.poll(() => notes.count()).toBe(0);
    },
  );
});
