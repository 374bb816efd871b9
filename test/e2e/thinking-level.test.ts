// Faked: the model, by a script. How much it thinks, chosen in the panel of a real VS Code.
import { describe, expect } from 'vitest';
import { ScriptedDaemon } from '../support/daemon/scripted-daemon.ts';
import { scenario, useVSCode } from './host/scenario.ts';

describe('how much a model thinks', () => {
  useVSCode();

  let model: ScriptedDaemon | undefined;
  scenario(
    'is chosen beside the model, for this conversation',
    {
      sample: 'sample-project',
      settings: { 'moonwright.model': 'larger', 'moonwright.price': { prompt: 1, completion: 4, currency: '€' } },
      before: async ({ stateDirectory }) => {
        const thinking = { kind: 'levels', levels: ['off', 'low', 'high'] } as const;
        const reply = { reasoning: 'Is it a question?', text: 'It is one.' };
        model = await ScriptedDaemon.start(stateDirectory, () => reply, { thinking });
      },
    },
    async ({ window, panel, openChat, shot, shotInThemes }) => {
      try {
        const { page } = window;
        const row = (label: string) => page.locator(`.quick-input-list .monaco-list-row[aria-label*="${label}"]`);
        await openChat();
        const chip = panel.frame.locator('.chip:has(.codicon-lightbulb)');
        await chip.waitFor();
        await chip.click();
        await row("Model's default").waitFor();
        expect(await page.locator('.quick-input-list .monaco-list-row').count()).toBe(6);
        await shot('1-menu');
        await shotInThemes('1-menu');
        await row('Low').click();
        await expect.poll(() => chip.getAttribute('title')).toContain('low');

        await panel.send('Is this a question?');
        expect(await panel.finishTurn()).toBe('answered');
        await chip.click();
        await row('Short').click();
        await expect.poll(() => chip.getAttribute('title')).toContain('short');
        await panel.send('And this?');
        expect(await panel.finishTurn()).toBe('answered');
        expect(model?.asked.map(({ thinking }) => thinking)).toEqual(['low', 'low']);
        await panel.composer.fill('And now?');
        await panel.frame.locator('.meter-forecast').waitFor();
        await shot('2-answered');
        await shotInThemes('2-answered');

        expect(await window.narrowSideBar()).toBeLessThan(200);
        await shot('3-narrow');
        await chip.click();
        await row('High').waitFor();
        await page.locator('.quick-input-list .monaco-list-row.focused[aria-label*="Low"]').waitFor();
        await shot('4-narrow-menu');
        await row('High').click();
        await expect.poll(() => chip.getAttribute('title')).toContain('high');
        await panel.frame.getByRole('button', { name: 'New conversation' }).first().click();
        await expect.poll(() => chip.getAttribute('title')).not.toContain('high');
      } finally {
        await model?.stop();
      }
    },
  );
});
