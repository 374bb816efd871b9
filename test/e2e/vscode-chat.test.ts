// VS Code's own chat with the packaged extension's model, as a user clicks through it, without an account.
import { describe } from 'vitest';
import { scenario, useVSCode } from './host/scenario.ts';

describe("VS Code's own chat", () => {
  useVSCode();

  scenario(
    'has the model in its list, and takes it without an account',
    { sample: 'sample-project', settings: { 'chat.disableAIFeatures': false } },
    async ({ window, shot }) => {
      const { page } = window;
      await window.runCommand("Moonwright: Use in VS Code's Chat…");
      const open = page.locator('.notification-toast .monaco-button', { hasText: 'Open the List of Models' });
      await open.waitFor();
      await shot('1-message');
      await open.click();
      await page.getByText('Context Size').first().waitFor();
      await page.locator('.monaco-list-row, .monaco-tl-row').getByText('nano').first().waitFor();
      await shot('2-list');
      await page.keyboard.press('Escape');
      await page.keyboard.press('Control+Alt+I');
      await page.locator('.interactive-session').last().getByText('nano', { exact: true }).first().waitFor();
      await shot('3-chat');
    },
  );
});
