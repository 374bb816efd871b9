import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { launchBrowser } from '../support/chromium.ts';
import { DaemonOfTest } from '../e2e/host/daemon-of-test.ts';
import { installTestHost } from '../e2e/host/host-install.ts';
import { extensionsFolder } from '../e2e/host/packaged-vsix.ts';
import type { Panel } from '../e2e/host/panel.ts';
import { SampleCopy } from '../e2e/host/sample-copy.ts';
import { runScenario } from '../e2e/host/run-scenario.ts';
import { root } from '../e2e/host/test-places.ts';
import { VSCodeServer } from '../e2e/host/vscode-server.ts';

const sample = 'sample-project';
const request = 'Fix the failing test.';
const output = path.join(root, 'demo-output');

/** Repairs the sample project through the panel, without a screen; true when its tests pass afterwards. */
export async function fixInPanel(): Promise<boolean> {
  const host = installTestHost(say);
  const extensionsDir = extensionsFolder(host, say);
  const browser = await launchBrowser(say);
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  let fixed = false;
  try {
    await runScenario(
      { host, extensionsDir, browser, pictures: output, sample },
      async ({ project, panel, server, window, openChat, shot }) => {
        say(
          `\nVS Code runs on port ${server.port}, with the packaged extension, on a copy of ${sample}: ${project.folder}`,
        );
        const source = project.read('src/math.js');
        const before = project.runTests();
        say(`node --test: ${before.failed} failed, ${before.passed} passed`);
        await openChat();
        await shot('1-panel');
        const started = Date.now();
        say(`\n> ${request}`);
        await panel.send(request);
        const steps = new StepPrinter(panel);
        let pictures = 1;
        const outcome = await panel.finishTurn(
          () => 'once',
          async (tool) => {
            await steps.print();
            say(
              `  asks: ${(await panel.approval.innerText())
                .trim()
                .split('\n')
                .filter((line) => line.trim() !== '')
                .slice(1, 4)
                .join('  ')}`,
            );
            await shot(`${++pictures}-asks-for-${tool.replaceAll('_', '-')}`);
            say('  -> allowed once');
          },
        );
        await steps.print();
        await shot(`${++pictures}-end`);
        say(
          `\n${await steps.end()}\n${((Date.now() - started) / 1000).toFixed(1)} s from the request to the end of the turn (${outcome})`,
        );
        await panel.button('reviewChanges').click();
        await window.changes.getByText('return a + b;').first().waitFor({ timeout: 60_000 });
        await shot(`${++pictures}-review`);
        const after = project.runTests();
        say(`\nnode --test: ${after.failed} failed, ${after.passed} passed`);
        say(changedLines(source, project.read('src/math.js')));
        fixed = after.failed === 0 && after.passed === before.passed + before.failed;
      },
    );
  } finally {
    await browser.close();
  }
  say(`\nScreenshots are in ${path.relative(process.cwd(), output)}/.`);
  say(fixed ? 'The failing test is fixed.' : 'The failing test is not fixed.');
  return fixed;
}

/** Prints an address for the user's own browser and serves it until Ctrl+C. */
export async function openForUser(): Promise<boolean> {
  const host = installTestHost(say);
  const extensionsDir = extensionsFolder(host, say);
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'moonwright-demo-')));
  const daemon = new DaemonOfTest(path.join(folder, 'state'));
  const project = new SampleCopy(sample, folder);
  const connectionToken = randomBytes(16).toString('hex');
  const stopped = new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  const settings = {
    'moonwright.stateDirectory': daemon.stateDirectory,
    'workbench.secondarySideBar.defaultVisibility': 'visible',
  };
  const server = await VSCodeServer.start(host, { folder, extensionsDir, settings, connectionToken });
  try {
    say(`\nOpen this address in a browser on this machine:\n\n  ${server.url(project.folder, connectionToken)}\n`);
    say(
      `Press Ctrl+Alt+M there, or click Moonwright in the side bar on the right, and ask: ${request}\nThe project is a copy, ${project.folder}. Ctrl+C here ends the demo.`,
    );
    await stopped;
  } finally {
    await server.stop();
    await daemon.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
  return true;
}

/** Prints each call of the panel once, as soon as it is over. */
class StepPrinter {
  readonly #panel: Panel;
  #printed = 0;

  constructor(panel: Panel) {
    this.#panel = panel;
  }

  async print(): Promise<void> {
    const calls = (await this.#panel.calls()).filter((call) => !['writing', 'waiting', 'running'].includes(call.state));
    for (const call of calls.slice(this.#printed)) say(`  ${call.tool}: ${call.title}`);
    this.#printed = calls.length;
  }

  /** The last answer, and what the turn cost. */
  async end(): Promise<string> {
    const { frame, ends } = this.#panel;
    const answer = await frame.locator('.answer').last().innerText();
    return `${answer.trim()}\n${(await ends.last().locator('.turn-stats').innerText()).replaceAll(/\s*\n\s*/g, ', ')}`;
  }
}

function changedLines(before: string, after: string): string {
  const [old, now] = [before.split('\n'), after.split('\n')];
  return [
    ...old.filter((line) => !now.includes(line)).map((line) => `  - ${line}`),
    ...now.filter((line) => !old.includes(line)).map((line) => `  + ${line}`),
  ].join('\n');
}

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}
