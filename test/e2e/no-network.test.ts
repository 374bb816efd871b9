// The whole flow under strace: VS Code's server, the extension host, the daemon and everything they start.
import { connect, createServer, type AddressInfo, type Server } from 'node:net';
import path from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { describe, expect } from 'vitest';
import { ScriptedDaemon } from '../support/daemon/scripted-daemon.ts';
import { CodeEditor } from './host/code-editor.ts';
import { attemptsIn, commandLineOf, familyOf, isLoopback, threadsOf, traceOptions } from './host/connection-trace.ts';
import { findOrInstall } from '../support/system-tools.ts';
import { scenario, useVSCode } from './host/scenario.ts';

/** Counts connections, and answers none of them: for http and for https alike a connection is the load. */
class Listener {
  connections = 0;
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(): Promise<Listener> {
    const server = createServer((socket) => {
      listener.connections++;
      socket.destroy();
    });
    const listener = new Listener(server);
    await new Promise<void>((resolve) => void server.listen(0, '127.0.0.1', resolve));
    return listener;
  }

  get port(): number {
    return (this.#server.address() as AddressInfo).port;
  }

  /** Connects itself, to show that a connection is counted. */
  async prove(): Promise<void> {
    const before = this.connections;
    const socket = connect(this.port, '127.0.0.1');
    socket.on('error', () => undefined);
    await expect.poll(() => this.connections).toBe(before + 1);
    socket.destroy();
    this.connections = 0;
  }

  stop(): void {
    this.#server.close();
  }
}

describe('the assistant', () => {
  useVSCode();

  const traceFile = (folder: string): string => path.join(folder, 'connections.txt');
  scenario(
    'reaches nothing but this machine',
    {
      sample: 'sample-project',
      wrapper: (folder) => {
        const strace = findOrInstall(
          { names: ['strace'], aptPackage: 'strace', purpose: 'which shows every connection that is tried' },
          (text) => void process.stderr.write(`${text}\n`),
        );
        return [strace, ...traceOptions(traceFile(folder))];
      },
    },
    async ({ folder, project, panel, server, openChat, window }) => {
      await openChat();
      await panel.send('Fix the failing test.');
      // VS Code's server itself looks for extensions; whatever is not of it counts as ours, however short it lived.
      const foreign = new Set<number>();
      const note = (): void => {
        const hosts = [...familyOf(server.pid)].filter((pid) => commandLineOf(pid).includes('--type=extensionHost'));
        expect(hosts.length, 'the extension host is known').toBeGreaterThan(0);
        const ours = new Set(hosts.flatMap((pid) => [...familyOf(pid)]));
        for (const pid of familyOf(server.pid))
          if (!ours.has(pid)) for (const thread of threadsOf(pid)) foreign.add(thread);
      };
      expect(
        await panel.finishTurn((tool) => {
          note();
          return tool === 'run_tests' ? 'session' : 'once';
        }),
      ).toBe('answered');
      note();
      expect(project.runTests()).toEqual({ passed: 5, failed: 0 });
      const own = attemptsIn(traceFile(folder)).filter(({ thread }) => !foreign.has(thread));
      expect(own.length, 'the trace works: the daemon was reached').toBeGreaterThan(0);
      expect(own.filter(({ address }) => !isLoopback(address))).toEqual([]);
      expect(window.foreignRequests).toEqual([]);
    },
  );

  let daemon: ScriptedDaemon | undefined;
  let listeners: readonly [plain: Listener, secure: Listener] | undefined;
  const pixel = (): string => {
    const [http, https] = listeners ?? [];
    const addresses = [`http://127.0.0.1:${http?.port}/a.png`, `https://127.0.0.1:${https?.port}/a.png`];
    return addresses
      .map((to) => `![a](${to}) \\![b](${to}) ![r]\n\n[r]: ${to}\n\n<img src="${to}"> [go](${to})`)
      .join('\n\n');
  };
  scenario(
    'loads nothing that a model writes, wherever that is shown and while it is being written',
    {
      sample: 'sample-project',
      settings: { 'files.autoSave': 'off' },
      before: async ({ stateDirectory }) => {
        listeners = [await Listener.start(), await Listener.start()];
        daemon = await ScriptedDaemon.start(stateDirectory, ({ messages }) => {
          const asksUser = JSON.stringify(messages.at(-1)?.content).includes('Ask me.');
          const text = `Marked text. ${pixel()}\n\nThe end of it.`;
          return asksUser
            ? {
                calls: [
                  { name: 'ask_user', arguments: { question: `Which one? ${pixel()}`, choices: ['[a](command:x)'] } },
                ],
              }
            : { text, pieceLength: 7, pieceMs: 5 };
        });
      },
    },
    async ({ window, project, panel, openChat, shot }) => {
      try {
        for (const listener of listeners ?? []) await listener.prove();
        const editor = new CodeEditor(window, project);
        const box = window.page.locator('.review-widget');

        await openChat();
        await panel.send('Say something.');
        await panel.frame.getByText('The end of it.').first().waitFor();
        await panel.send('Ask me.');
        await panel.frame.locator('.card.question').waitFor();
        await shot('1-panel');

        await editor.open('src/math.js', 6, 5);
        await window.runCommand('Moonwright: Explain');
        await box.getByText('The end of it.').waitFor({ timeout: 60_000 });
        await shot('2-explained');
        await window.runCommand('Moonwright: Close All Comments');
        await box.waitFor({ state: 'detached' });

        await editor.open('src/math.js', 10, 5);
        await window.page.keyboard.press('Control+I');
        const input = box.locator('.monaco-editor.focused').first();
        await input.waitFor({ timeout: 60_000 });
        await window.page.keyboard.type('What does this do?');
        await window.page.keyboard.press('Control+Enter');
        await box.getByText('The end of it.').waitFor({ timeout: 60_000 });
        await shot('3-inline-chat');
        expect(await box.locator('img[src*="a.png"]').count()).toBe(0);

        // Whatever was to load has had its time.
        await delay(2000);
        expect(listeners?.map(({ connections }) => connections)).toEqual([0, 0]);
        expect(window.foreignRequests).toEqual([]);
      } finally {
        await daemon?.stop();
        for (const listener of listeners ?? []) listener.stop();
      }
    },
  );
});
