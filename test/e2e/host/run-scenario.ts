import { mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { Browser } from 'playwright-core';
import { DaemonOfTest } from './daemon-of-test.ts';
import type { TestHost } from './host-install.ts';
import { extensionsWith } from './packaged-vsix.ts';
import { Panel } from './panel.ts';
import { SampleCopy } from './sample-copy.ts';
import { VSCodeServer, type ServerOptions } from './vscode-server.ts';
import { otherThemes, VSCodeWindow } from './vscode-window.ts';

export interface ScenarioOptions extends Pick<ServerOptions, 'workspaceTrust' | 'settings'> {
  /** A folder below test/fixtures. */
  readonly sample: string;
  /** Another extension, a folder below test/fixtures. */
  readonly otherExtension?: string;
  /** A command that runs the server, e.g. strace with its options; `folder` is the scenario's own. */
  readonly wrapper?: (folder: string) => readonly string[];
  /** Runs before VS Code starts, e.g. to be the daemon. */
  readonly before?: (places: { readonly stateDirectory: string; readonly project: SampleCopy }) => Promise<void>;
}

/** A real VS Code with the packaged extension, open on a copy of a sample project. */
export interface Scenario {
  readonly folder: string;
  readonly project: SampleCopy;
  readonly daemon: DaemonOfTest;
  readonly server: VSCodeServer;
  readonly window: VSCodeWindow;
  readonly panel: Panel;
  /** Brings the panel to the front and waits until one can write in it. */
  openChat(): Promise<void>;
  /** Keeps a picture as .cache/screenshots/<test>/NAME.png. */
  shot(name: string): Promise<void>;
  /** Keeps a picture of the same in each of the other kinds of themes: NAME-dark.png and so on. */
  shotInThemes(name: string): Promise<void>;
}

export interface RunOptions extends ScenarioOptions {
  readonly host: TestHost;
  readonly extensionsDir: string;
  readonly browser: Browser;
  readonly pictures: string;
}

/** Sets everything up, runs `body`, and takes everything down again. */
export async function runScenario(options: RunOptions, body: (scenario: Scenario) => Promise<void>): Promise<void> {
  const { host, extensionsDir, browser, pictures, sample, before, settings, wrapper, workspaceTrust, otherExtension } =
    options;
  const folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'moonwright-e2e-')));
  const daemon = new DaemonOfTest(path.join(folder, 'state'));
  const project = new SampleCopy(sample, folder);
  let vscode: VSCodeServer | undefined;
  let window: VSCodeWindow | undefined;
  try {
    await before?.({ stateDirectory: daemon.stateDirectory, project });
    const extensions =
      otherExtension === undefined ? extensionsDir : await extensionsWith(host, extensionsDir, otherExtension, folder);
    vscode = await VSCodeServer.start(host, {
      folder,
      extensionsDir: extensions,
      workspaceTrust,
      wrapper: wrapper?.(folder),
      settings: { 'moonwright.stateDirectory': daemon.stateDirectory, 'moonwright.threads': 1, ...settings },
    });
    window = await VSCodeWindow.open(browser, vscode.url(project.folder));
    await body(createScenario({ folder, project, daemon, server: vscode, window }, pictures));
  } catch (error) {
    process.stderr.write(`${path.basename(pictures)}: ${String(error)}\n`);
    await window?.screenshot(path.join(pictures, 'failed.png')).catch(() => undefined);
    const panel = window === undefined ? '' : await new Panel(window.page).text().catch(String);
    writeFileSync(path.join(pictures, 'failed.txt'), [String(error), `panel:\n${panel}`, daemon.log()].join('\n\n'));
    throw error;
  } finally {
    await window?.close();
    await vscode?.stop();
    await daemon.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 200 });
  }
}

function createScenario(
  parts: Pick<Scenario, 'folder' | 'project' | 'daemon' | 'server' | 'window'>,
  pictures: string,
): Scenario {
  const panel = new Panel(parts.window.page);
  return {
    ...parts,
    panel,
    openChat: async () => {
      await parts.window.runCommand('Moonwright: Open Chat');
      await panel.ready();
    },
    shot: (name) => parts.window.screenshot(path.join(pictures, `${name}.png`)),
    shotInThemes: async (name) => {
      for (const theme of otherThemes) {
        await parts.window.useTheme(theme);
        await parts.window.screenshot(path.join(pictures, `${name}-${theme}.png`));
      }
      await parts.window.useTheme('vs');
    },
  };
}
