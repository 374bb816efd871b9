// Faked: the model, by a script. A long conversation in a real VS Code with the packaged extension.
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect } from 'vitest';
import type { ChatMessage } from '../../native/protocol/chat.ts';
import { ScriptedDaemon, type Asked, type DaemonScript } from '../support/daemon/scripted-daemon.ts';
import type { Panel } from './host/panel.ts';
import { scenario, useVSCode } from './host/scenario.ts';

const summaryRequest = 'The conversation is getting too long';
const calls = 300;
const callsPerStep = 10;
const contextTokens = 24_000;
/** The page's thread is not free for longer, in milliseconds; other programs on a busy machine count too. */
const blockMaxMs = 2000;

const nameOf = (at: number): string => `notes/note${String(at).padStart(3, '0')}.md`;
const textOf = (at: number): string => `Note ${at} of the moon.\n${`A line about crater ${at * 7919}.\n`.repeat(16)}`;

/** Reads all notes, ten in each step, then says so. Writes a summary when it is asked for one. */
function reader(): DaemonScript {
  let next = 0;
  return ({ messages }) => {
    const last = messages.at(-1);
    if (last?.role === 'user' && last.content.startsWith(summaryRequest))
      return { text: `SUMMARY: notes up to ${next - 1} are read.` };
    if (next >= calls) return { text: last?.content.startsWith('And now') === true ? 'Still there.' : 'All are read.' };
    const names = Array.from({ length: callsPerStep }, () => nameOf(next++));
    return { text: '', calls: names.map((file) => ({ name: 'read_file', arguments: { path: file } })) };
  };
}

/** What is kept on disk of the only conversation: its items, each as it was last. */
function itemsOnDisk(folder: string): readonly Readonly<Record<string, unknown>>[] {
  const records = readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) =>
    /[\\/]conversations[\\/][^\\/]+\.jsonl$/.test(name),
  );
  expect(records).toHaveLength(1);
  const items = new Map<string, Readonly<Record<string, unknown>>>();
  for (const line of readFileSync(path.join(folder, records[0] as string), 'utf8').split('\n')) {
    const value = line === '' ? undefined : (JSON.parse(line) as { type: string; item?: Record<string, unknown> });
    if (value?.type === 'item' && value.item !== undefined) items.set(String(value.item['id']), value.item);
  }
  return [...items.values()];
}

/** Measures from now on how much later than planned a timer of the panel fires. */
async function watchBlocks(panel: Panel): Promise<void> {
  await panel.frame.locator('body').evaluate((body) => {
    const every = 20;
    let [last, longest] = [performance.now(), 0];
    setInterval(() => {
      const now = performance.now();
      longest = Math.max(longest, now - last - every);
      last = now;
      body.dataset['longestBlock'] = String(Math.round(longest));
    }, every);
  });
}

async function longestBlock(panel: Panel): Promise<number> {
  return Number(await panel.frame.locator('body').getAttribute('data-longest-block'));
}

const summaries = (asked: readonly Asked[]): number =>
  asked.filter(({ messages }) => messages.at(-1)?.content.startsWith(summaryRequest) === true).length;

describe('a long conversation', () => {
  useVSCode();

  let model: ScriptedDaemon;
  scenario(
    'of 300 calls is shortened on the way, loses nothing by a reload, and goes on from the same messages',
    {
      sample: 'sample-project',
      before: async ({ stateDirectory, project }) => {
        mkdirSync(path.join(project.folder, 'notes'));
        for (let at = 0; at < calls; at++) writeFileSync(path.join(project.folder, nameOf(at)), textOf(at));
        model = await ScriptedDaemon.start(stateDirectory, reader(), { contextTokens });
      },
    },
    async ({ folder, panel, window, shot, openChat }) => {
      try {
        await openChat();
        await watchBlocks(panel);
        await panel.send('Read all notes.');
        let elements = 0;
        do elements = Math.max(elements, await panel.frame.locator('body *').count());
        while (await panel.running());
        expect(await panel.button('jumpToLatest').isVisible(), 'the end is followed').toBe(false);
        expect(await panel.lastOutcome()).toBe('answered');
        await shot('1-all-read');
        expect(elements, 'elements in the document').toBeLessThan(3000);
        expect(await longestBlock(panel), 'longest block of the panel, ms').toBeLessThan(blockMaxMs);
        expect(summaries(model.asked)).toBeGreaterThan(0);
        const requests = model.asked.length;
        const before = model.asked.at(-1)?.messages ?? [];

        await window.reload();
        await openChat();
        await panel.frame.getByText('All are read.').waitFor({ timeout: 60_000 });
        await watchBlocks(panel);
        expect(model.asked, 'nothing was asked again').toHaveLength(requests);
        await panel.frame.locator('.list').press('Home');
        await panel.frame.locator('.list').getByText('Read all notes.').waitFor();
        await shot('2-reloaded');
        expect(await panel.frame.locator('.list-row').count()).toBeLessThanOrEqual(200);
        const done = itemsOnDisk(folder).filter(({ kind, state }) => kind === 'call' && state === 'done');
        expect(done.map(({ title }) => title)).toEqual(Array.from({ length: calls }, (_, at) => `Read ${nameOf(at)}`));

        await panel.send('And now?');
        expect(await panel.finishTurn()).toBe('answered');
        await panel.frame.locator('.list').getByText('Still there.').waitFor();
        await shot('3-went-on');
        const after: readonly ChatMessage[] = model.asked.at(-1)?.messages ?? [];
        expect(after.slice(0, before.length), 'what the model has read is the beginning').toEqual(before);
        expect(after.slice(before.length).map(({ role }) => role)).toEqual(['assistant', 'user']);
        expect(model.asked).toHaveLength(requests + 1);
        expect(await longestBlock(panel), 'longest block of the panel, ms').toBeLessThan(blockMaxMs);
      } finally {
        await model.stop();
      }
    },
  );
});
