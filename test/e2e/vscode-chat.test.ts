// VS Code's own chat with the packaged extension's model, as a user clicks through it, without an account.
import type { Locator, Page } from 'playwright-core';
import { describe, expect } from 'vitest';
import { ScriptedDaemon, type Asked, type DaemonScript } from '../support/daemon/scripted-daemon.ts';
import { scenario, useVSCode, type Scenario } from './host/scenario.ts';

const settings = { 'chat.disableAIFeatures': false };
const patience = 300_000;

/** VS Code's chat, as a user sees it. */
class OwnChat {
  readonly view: Locator;
  readonly #page: Page;

  constructor(page: Page) {
    this.#page = page;
    this.view = page.locator('.interactive-session').last();
  }

  /** Sends a question and waits for `seen`. VS Code offers an account where its chat was opened a moment ago. */
  async ask(question: string, seen: Locator): Promise<void> {
    const account = this.#page.locator('.monaco-dialog-box', { hasText: 'Sign in' });
    for (const end = Date.now() + patience; Date.now() < end;) {
      await this.view.locator('.interactive-input-editor .monaco-editor').first().click();
      await this.#page.keyboard.press('Control+A');
      await this.#page.keyboard.type(question);
      await this.#page.keyboard.press('Enter');
      await seen.or(account).first().waitFor({ timeout: patience });
      if (!(await account.isVisible())) return;
      await this.#page.keyboard.press('Escape');
      await account.waitFor({ state: 'hidden' });
    }
    throw new Error(`Nothing answers: ${question}`);
  }

  /** What the model said last. */
  get answer(): Locator {
    return this.view.locator('.interactive-item-container.interactive-response').last();
  }

  get stopButton(): Locator {
    return this.view.locator(
      '.chat-execute-toolbar [aria-label^="Cancel"], .chat-execute-toolbar [aria-label^="Stop"]',
    );
  }
}

/** Goes the way that the command shows, and returns what it said. */
async function useInChat({ window, shot }: Scenario): Promise<{ readonly chat: OwnChat; readonly said: string }> {
  const { page } = window;
  await window.runCommand("Moonwright: Use in VS Code's Chat…");
  const message = page.locator('.notification-toast', { hasText: "VS Code's own chat" });
  const open = message.locator('.monaco-button', { hasText: 'Open the List of Models' });
  await open.waitFor();
  const said = await message.innerText();
  await shot('1-message');
  await open.click();
  await page.getByText('Context Size').first().waitFor();
  await page.locator('.monaco-list-row, .monaco-tl-row').getByText('nano').first().waitFor();
  await shot('2-list');
  await page.keyboard.press('Escape');
  await page.keyboard.press('Control+Alt+I');
  const chat = new OwnChat(page);
  await chat.view.getByText('nano', { exact: true }).first().waitFor();
  return { chat, said };
}

/** Characters of a request, tools included. */
function charactersOf({ messages, tools }: Asked): number {
  return messages.reduce((sum, { content }) => sum + content.length, JSON.stringify(tools).length);
}

describe("VS Code's own chat", () => {
  useVSCode();

  scenario(
    'has the model in its list, takes it without an account, and is answered by nano',
    // It reads a prompt that is ten times longer than those it was made for.
    { sample: 'sample-project', settings: { ...settings, 'moonwright.threads': 0 } },
    async (opened) => {
      const { chat } = await useInChat(opened);
      await chat.ask('What is this project?', chat.answer.locator('.chat-response-model-details', { hasText: 'nano' }));
      // Steps of the answer come before it, in blocks of their own.
      await expect
        .poll(async () => (await chat.answer.locator('.rendered-markdown').allInnerTexts()).join('').trim())
        .not.toBe('');
      await opened.shot('3-answered');
    },
  );

  const counting = 'one two three '.repeat(2000);
  let stopped = false;
  const script: DaemonScript = ({ messages, tools }) => {
    const last = messages.at(-1);
    if (last?.role === 'tool') return { text: `It says: ${last.content.slice(0, 200)}` };
    if (last?.content.includes('Count up'))
      return {
        text: counting,
        pieceLength: 14,
        pieceMs: 100,
        before: (signal) => signal.addEventListener('abort', () => (stopped = true)),
      };
    const tool = tools.find(({ name }) => name === 'moonwright_find_symbol');
    return tool === undefined ? { text: 'no tool' } : { calls: [{ name: tool.name, arguments: { name: 'average' } }] };
  };
  let model: ScriptedDaemon | undefined;
  scenario(
    'runs what a model calls, ours among its tools, and stops a model that the user stops',
    {
      sample: 'sample-project',
      settings,
      before: async ({ stateDirectory }) => void (model = await ScriptedDaemon.start(stateDirectory, script)),
    },
    async (opened) => {
      try {
        const { chat, said } = await useInChat(opened);
        await chat.ask('Where is average?', chat.answer.getByText('It says:'));
        await opened.shot('3-tool');
        const asked = model?.asked.find(({ messages }) => messages.at(-1)?.role === 'tool');
        const [call, result] = asked?.messages.slice(-2) ?? [];
        expect(call).toMatchObject({ role: 'assistant', toolCalls: [{ name: 'moonwright_find_symbol' }] });
        expect(result).toMatchObject({ role: 'tool', name: 'moonwright_find_symbol' });
        expect(result?.content).toContain('src/math.js');
        const [, told] = /about ([\d,]+) tokens/.exec(said) ?? [];
        // VS Code also asks for a title, in few words.
        const longest = Math.max(...(model?.asked ?? []).map(charactersOf));
        const perToken = longest / Number(told?.replaceAll(',', ''));
        expect([perToken > 3.5, perToken < 5], `${perToken} characters per token that was told`).toEqual([true, true]);

        await chat.ask('Count up.', chat.answer.getByText('one two three'));
        await chat.stopButton.click();
        await expect.poll(() => stopped, { timeout: 30_000 }).toBe(true);
        await opened.shot('4-stopped');
        await chat.ask('Where is average?', chat.answer.getByText('It says:'));
      } finally {
        await model?.stop();
      }
    },
  );
});
