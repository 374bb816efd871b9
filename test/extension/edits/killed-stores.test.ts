// Real: processes that write to the stores and are killed at any moment, and the files that they leave.
import path from 'node:path';
import { readFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import { ConversationStore } from '../../../extension/chat/conversation-store.ts';
import { FileCheckpoints } from '../../../extension/edits/file-checkpoints.ts';
import { PendingStore } from '../../../extension/edits/pending-store.ts';
import { casesOf, limitOfCases } from '../../support/case-counts.ts';
import { folderReview } from '../../support/extension/folder-review.ts';
import { FolderStates } from '../../support/extension/folder-states.ts';
import { KilledWriter } from '../../support/extension/killed-writer.ts';
import { seeded } from '../../support/extension/seeded-edits.ts';
import { storedEntry, storedName, storedText } from '../../support/extension/stored-texts.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

/** Conversations and turns grow with each kill: a new folder keeps them of a size that is read in no time. */
const killsOfOne = 10;

/**
 * Kills a writer as often as `kills` says. After each kill `check` gets the highest number that was confirmed, and
 * those of all kills in its folder.
 */
async function afterKills(
  kind: KilledWriter['kind'],
  kills: number,
  check: (folder: string, confirmed: number, all: readonly number[]) => Promise<void>,
): Promise<void> {
  const scripts = temporaryFolder();
  const random = seeded(kills);
  for (let killed = 0; killed < kills; killed += killsOfOne) {
    const folder = temporaryFolder();
    const all: number[] = [];
    const writer = await KilledWriter.of(kind, folder, scripts);
    for (let kill = killed; kill < Math.min(kills, killed + killsOfOne); kill++) {
      const confirmed = await writer.kill(random);
      all.push(confirmed);
      await check(folder, confirmed, all);
    }
  }
}

it(
  'a conversation has all that was confirmed when its process is killed, and goes on',
  async () => {
    await afterKills('conversations', casesOf('killed conversations'), async (folder, confirmed) => {
      const record = await new ConversationStore(folder, (error) => expect.unreachable(error.message)).load('c');
      const texts = new Map(record?.items.map((item) => [item.id, item.kind === 'user' ? item.text : '']));
      for (const [id, text] of texts) expect(text === storedText(Number(id.slice('item-'.length))), id).toBe(true);
      // A number is left out after each kill, since the write that was cut may be there or not.
      const left = Array.from({ length: confirmed + 1 }, (_, at) => at).filter((at) => !texts.has(storedName(at)));
      expect(left.length).toBeLessThan(killsOfOne);
      expect(texts.has(storedName(confirmed))).toBe(true);
    });
  },
  limitOfCases(120_000),
);

it(
  'pending edits are those of one moment, the last confirmed or a later one, when their process is killed',
  async () => {
    await afterKills('pending', casesOf('killed pending edits'), async (folder, confirmed) => {
      const store = new PendingStore(path.join(folder, 'pending.jsonl'), (text) => expect.unreachable(text));
      const stored = await store.load();
      const moment = Number(stored[0]?.sources[0]);
      expect([confirmed, confirmed + 1]).toContain(moment);
      expect(stored).toEqual([storedEntry('a', moment), storedEntry('b', moment)]);
    });
  },
  limitOfCases(120_000),
);

it(
  'every change can be taken back when its process is killed, and a half-made one is left to the user',
  async () => {
    await afterKills('checkpoints', casesOf('killed checkpoints'), async (folder, confirmed, all) => {
      const states = new FolderStates();
      const work = path.join(folder, 'work');
      const failures: unknown[] = [];
      const { turns } = folderReview(states, work);
      const store = path.join(folder, 'store');
      const checkpoints = new FileCheckpoints(
        store,
        states,
        (file) => file,
        turns,
        (thrown) => failures.push(thrown),
      );
      const { restored, conflicts, failed } = await checkpoints.restore('c', 0, []);
      expect([failed, failures]).toEqual([[], []]);
      const halfMade = all.map((at) => path.join(work, storedName(at + 1)));
      expect(conflicts.filter((file) => !halfMade.includes(file))).toEqual([]);
      for (const file of restored) {
        const at = path.basename(file).slice('item-'.length);
        expect(readFileSync(file, 'utf8')).toBe(`before ${at}`);
      }
      expect(restored).toContain(path.join(work, storedName(confirmed)));
    });
  },
  limitOfCases(120_000),
);
