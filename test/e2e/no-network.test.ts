// The whole flow under strace: VS Code's server, the extension host, the daemon and everything they start.
import path from 'node:path';
import { describe, expect } from 'vitest';
import { attemptsIn, commandLineOf, familyOf, isLoopback, threadsOf, traceOptions } from './host/connection-trace.ts';
import { findOrInstall } from '../support/system-tools.ts';
import { scenario, useVSCode } from './host/scenario.ts';

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
});
