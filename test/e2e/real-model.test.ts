// A real model that others trained, with the whole prompt of larger models, in a real VS Code: it solves little, but
// nothing breaks, the tokens add up, and what it cannot do ends in words.
import { describe, expect } from 'vitest';
import { realModel } from '../support/models/real-model.ts';
import type { Panel } from './host/panel.ts';
import { scenario, useVSCode } from './host/scenario.ts';
import { cache } from './host/test-places.ts';

const file = realModel(cache, (text) => void process.stderr.write(`${text}\n`));
const settings = { 'moonwright.model': file ?? '', 'moonwright.threads': 2 };

interface TurnTokens {
  readonly reused: number;
  readonly computed: number;
  readonly generated: number;
}

/** Tokens of the last turn, as its footer tells them. */
async function tokensOf(panel: Panel): Promise<TurnTokens> {
  const text = await panel.frame.locator('.turn-stats').last().innerText();
  const [reused = 0, computed = 0, generated = 0] = [...text.matchAll(/[\d.,]+/g)].map(([found]) =>
    Number(found.replaceAll(/\D/g, '')),
  );
  return { reused, computed, generated };
}

/** Sends a message and stops the turn once its answer has begun. */
async function stopInAnswer(panel: Panel, text: string): Promise<void> {
  const answers = panel.frame.locator('article.answer');
  const before = await answers.count();
  await panel.send(text);
  await answers.nth(before).waitFor({ timeout: 120_000 });
  await panel.button('stop').click();
  expect(await panel.finishTurn()).toBe('stopped');
}

/** About `count` tokens of text. */
const longText = (count: number): string =>
  Array.from({ length: count / 10 }, (_, at) => `Rule ${at}: a name has at most ${at} letters.`).join('\n');

describe.skipIf(file === undefined)('with a real small model', () => {
  useVSCode();

  scenario(
    'a conversation goes on over turns, a stop and a reload, and computes only what is new',
    { sample: 'sample-project', settings },
    async ({ panel, window, shot, openChat, project }) => {
      const before = project.contents();
      await openChat();
      await panel.send('What does the function average in src/math.js do? Answer in one sentence.');
      expect(['answered', 'limit']).toContain(await panel.finishTurn());
      const first = await tokensOf(panel);
      expect(first.reused).toBe(0);
      await shot('1-answered');
      await stopInAnswer(panel, 'And clamp?');
      await shot('2-stopped');
      await window.reload();
      await openChat();
      expect(await panel.text()).toContain('And clamp?');
      await panel.send('What does the function add in src/math.js do? Answer in one sentence.');
      expect(['answered', 'limit']).toContain(await panel.finishTurn());
      const last = await tokensOf(panel);
      expect(last.reused).toBeGreaterThanOrEqual(first.computed + first.generated - 1);
      expect(last.computed).toBeLessThan(200);
      await shot('3-after-a-reload');
      expect(project.contents()).toEqual(before);
    },
  );

  scenario(
    'a conversation that grows beyond the context is shortened and goes on',
    { sample: 'sample-project', settings: { ...settings, 'moonwright.contextTokens': 4096 } },
    async ({ panel, shot, openChat }) => {
      await openChat();
      await stopInAnswer(panel, `Say only yes.\n\n${longText(900)}`);
      // The request alone brings the conversation over the context's end.
      await stopInAnswer(panel, `Say only no.\n\n${longText(900)}`);
      expect(await panel.text()).toMatch(/The conversation was shortened from [\d.,]+ to [\d.,]+ tokens/);
      await shot('shortened');
    },
  );
});
