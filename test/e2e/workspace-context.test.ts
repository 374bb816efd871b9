// What a model is told about the workspace, in a real VS Code with the packaged extension. Faked: the larger model, by
// a script.
import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect } from 'vitest';
import { ScriptedDaemon } from '../support/daemon/scripted-daemon.ts';
import { scenario, useVSCode, type Scenario, type ScenarioOptions } from './host/scenario.ts';

let model: ScriptedDaemon | undefined;

/** The daemon says `Understood.` to everything; the project is a repository with a change in it, and has a secret. */
const before: ScenarioOptions['before'] = async ({ stateDirectory, project }) => {
  const git = (...args: string[]) =>
    execFileSync('git', ['-c', 'user.name=Moon', '-c', 'user.email=moon@example.invalid', ...args], {
      cwd: project.folder,
      stdio: 'ignore',
    });
  git('init', '-q');
  git('add', '-A');
  git('commit', '-q', '-m', 'first');
  writeFileSync(path.join(project.folder, '.env'), 'PASSWORD=hunter2\n');
  writeFileSync(
    path.join(project.folder, 'src/text.js'),
    project.read('src/text.js').replace("join('-')", "join('_')"),
  );
  model = await ScriptedDaemon.start(stateDirectory, () => ({ text: 'Understood.' }));
};

/** What the model was told last: the system's words and the user's message. */
function told(): { readonly system: string; readonly user: string } {
  const messages = model?.asked.at(-1)?.messages ?? [];
  return { system: messages[0]?.content ?? '', user: messages.at(-1)?.content ?? '' };
}

async function send({ panel }: Scenario, text: string): Promise<void> {
  await panel.send(text);
  expect(await panel.finishTurn()).toBe('answered');
}

/** Writes into the composer as a user does, key by key. */
async function type({ panel }: Scenario, text: string): Promise<void> {
  await panel.composer.press('End');
  await panel.composer.pressSequentially(text, { delay: 20 });
}

describe('a larger model', () => {
  useVSCode();

  scenario(
    'is told of the workspace the same way in every conversation; mentions are completed and show what they cost',
    { sample: 'sample-project', before },
    async (scenario) => {
      try {
        const { panel, window, shot, openChat } = scenario;
        await openChat();
        await send(scenario, 'What does slugify do?');
        const first = told();
        expect(first.system).toMatch(
          /\n<repo-map>\n[\s\S]*\nsrc\/text\.js:\n(?: {2}.*\n)* {2}export function slugify\(title\)\n[\s\S]*<\/repo-map>$/,
        );

        await panel.button('newConversation').click();
        await type(scenario, 'Compare @mat');
        const options = panel.frame.locator('.mentions [role=option]');
        await options.first().waitFor();
        expect(await options.first().innerText()).toContain('math.js');
        await shot('1-completion');
        await panel.composer.press('Enter');
        await type(scenario, 'with @symbol:slug');
        await expect.poll(() => options.first().innerText()).toContain('slugify');
        await panel.composer.press('Tab');
        expect(await panel.composer.inputValue()).toBe('Compare @src/math.js with @symbol:slugify ');
        const costs = panel.frame.locator('.mention-cost');
        await expect.poll(() => costs.count()).toBe(2);
        // The scripted model takes four characters for a token.
        const tokens = Math.ceil(
          `<file path="src/math.js">\n${scenario.project.read('src/math.js')}\n</file>`.length / 4,
        );
        expect(await costs.first().getAttribute('aria-label')).toBe(`src/math.js, file: ${tokens} tokens`);
        await shot('2-costs');
        const next = Number(
          /this message adds (\d+)/.exec(
            (await panel.frame.locator('.meter').getAttribute('aria-valuetext')) ?? '',
          )?.[1],
        );
        await panel.composer.press('Enter');
        await expect.poll(() => model?.asked.length).toBe(2);
        expect(await panel.finishTurn()).toBe('answered');
        const second = told();
        expect(second.system, 'the same bytes: nothing is read again').toBe(first.system);
        expect(second.user).toContain(`<file path="src/math.js">\n${scenario.project.read('src/math.js')}\n</file>`);
        expect(second.user).toContain('<symbol name="slugify" path="src/text.js"');
        // One more for each message, as a real template has marks around it.
        expect(next, 'what was shown before is what was added').toBe(
          Math.ceil(second.system.length / 4) + 1 + Math.ceil(second.user.length / 4) + 1,
        );
        expect(await costs.count()).toBe(0);

        await window.reload();
        await openChat(); // a side bar that was opened a moment before is not always open again
        await panel.ends.first().waitFor();
        await panel.button('newConversation').click();
        await expect.poll(() => panel.ends.count()).toBe(0);
        await send(scenario, 'What does clamp do?');
        expect(told().system, 'also after a reload').toBe(first.system);
      } finally {
        await model?.stop();
      }
    },
  );

  scenario(
    'gets the last commands, the diff and the problems when they are mentioned, and secrets only when the user says so',
    { sample: 'sample-project', before },
    async (scenario) => {
      try {
        const { panel, window, shot, openChat } = scenario;
        await openChat();
        await window.runCommand('Terminal: Create New Terminal');
        await window.page.locator('.terminal .xterm-screen').first().waitFor();
        // A command is known to the editor only once its shell integration listens: it then marks the failed line.
        const failedMark = window.page.locator('.terminal-command-decoration.error').first();
        await expect
          .poll(
            async () => {
              await window.page.keyboard.type('echo moonlight; node -e "process.exit(3)"');
              await window.page.keyboard.press('Enter');
              return failedMark.waitFor({ timeout: 5000 }).then(
                () => 'marked',
                () => 'not marked',
              );
            },
            { timeout: 60_000 },
          )
          .toBe('marked');
        await shot('1-terminal');
        await panel.composer.click();
        await type(scenario, '@ter');
        const option = panel.frame.locator('.mentions [role=option]').first();
        await expect.poll(() => option.innerText()).toContain('echo moonlight');
        await panel.composer.press('Enter');
        await type(scenario, '@git @problems');
        await panel.composer.press('Escape');
        await expect.poll(() => panel.frame.locator('.mention-cost').count()).toBe(3);
        await shot('2-mentions');
        await panel.composer.press('Enter');
        await expect.poll(() => model?.asked.length).toBe(1);
        expect(await panel.finishTurn()).toBe('answered');
        const { user } = told();
        expect(user).toMatch(/<terminal>\n\$ echo moonlight; node [^\n]*\nmoonlight\nexit code 3\n<\/terminal>/);
        expect(user).toMatch(
          /<diff>\ndiff --git a\/src\/text\.js b\/src\/text\.js\n[\s\S]*\n-.*join\('-'\)[\s\S]*\n\+.*join\('_'\)[\s\S]*<\/diff>/,
        );
        expect(user).toContain('<problems>\nNo problems\n</problems>');
        expect(user).not.toContain('hunter2');

        await panel.composer.fill('What is in @.env ?');
        await expect.poll(() => panel.frame.locator('.mention-cost.asks').count()).toBe(1);
        await shot('3-secret');
        await panel.composer.press('Enter');
        const leaveOut = panel.approval.getByRole('button', { name: 'Leave out' });
        await leaveOut.waitFor();
        await shot('4-asked');
        await leaveOut.click();
        await expect.poll(() => model?.asked.length).toBe(2);
        expect(await panel.finishTurn()).toBe('answered');
        expect(told().user).toContain('[.env is not attached: it may hold secrets]');
        expect(JSON.stringify(model?.asked)).not.toContain('hunter2');
      } finally {
        await model?.stop();
      }
    },
  );

  scenario(
    'and the embedded one: it gets the block it was taught, and names of files',
    { sample: 'sample-project' },
    async (scenario) => {
      const { panel, shot, openChat, folder } = scenario;
      await openChat();
      await type(scenario, 'What does clamp in @src/ma');
      await panel.frame.locator('.mentions [role=option]').first().waitFor();
      await panel.composer.press('Enter');
      await type(scenario, 'do?');
      await expect.poll(() => panel.frame.locator('.mention-cost').count(), { timeout: 60_000 }).toBe(1);
      await shot('1-mention');
      await panel.composer.press('Enter');
      await panel.ends.first().waitFor({ timeout: 120_000 });
      const block =
        '<workspace>\npackage.json\nsrc/math.js: add(a, b), clamp(value, min, max), average(a, b)\nsrc/text.js: capitalize(text), slugify(title)\ntest/math.test.js\ntest/text.test.js\n</workspace>';
      expect(stored(folder)).toContain(JSON.stringify(`What does clamp in src/math.js do?\n\n${block}`));
      await shot('2-end');
    },
  );
});

/** The conversations that the extension has written. */
function stored(folder: string): string {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /conversations[/\\][^/\\]+\.\w+$/.test(name),
  );
  return files.map((name) => readFileSync(path.join(folder, name), 'utf8')).join('\n');
}
