// Files of the stores with lines changed in every way: whoever does that, or a disk.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { ConversationStore } from '../../../extension/chat/conversation-store.ts';
import { CheckpointLog } from '../../../extension/edits/checkpoint-log.ts';
import { PendingStore } from '../../../extension/edits/pending-store.ts';
import { WorkspaceRules } from '../../../extension/permission/workspace-rules.ts';
import { casesOf, firstSeed, limitOfCases } from '../../support/case-counts.ts';
import { seeded, type Random } from '../../support/extension/seeded-edits.ts';
import { temporaryFolder } from '../../support/temporary-folder.ts';

const count = 12;
const numbers = Array.from({ length: count }, (_, at) => at);
const others = [null, 7, -1, 1e300, '', 'x', true, [], {}, [null], { version: 99 }];
const noise = ['', 'null', '[]', '7', '"x"', '{}', '{"type":"item"}', '{"version":99}', '\0', '\0\0\0{}', '{"uri":1}'];

/** The bytes of a line that was damaged, or of several. They end with the end of a line, as the line did. */
function damaged(random: Random, line: string): Buffer {
  const bytes = Buffer.from(line);
  const at = random.below(Math.max(1, bytes.length - 1));
  switch (random.below(7)) {
    case 0: // cut, maybe within a character
      return bytes.subarray(0, at);
    case 1: // a line before it
      return Buffer.from(`${random.pick(noise)}\n${line}`);
    case 2:
      return Buffer.from(random.pick(noise));
    case 3: // twice
      return Buffer.from(`${line}\n${line}`);
    case 4:
      return Buffer.from(JSON.stringify(retyped(random, JSON.parse(line))));
    case 5: // half a character, or a NUL
      return Buffer.concat([bytes.subarray(0, at), Buffer.from(random.pick([[0], [0xf0, 0x9f], [0xc3], [0xff]]))]);
    default: {
      // Never the end of a line, which would cost the neighbour.
      const changed = (bytes[at] ?? 0) ^ (1 << random.below(8));
      bytes[at] = changed === 10 ? 0 : changed;
      return bytes;
    }
  }
}

/** The value with one part of another type. */
function retyped(random: Random, value: unknown): unknown {
  if (typeof value !== 'object' || value === null || random.below(4) === 0) return random.pick(others);
  const keys = Object.keys(value);
  if (keys.length === 0) return random.pick(others);
  const key = random.pick(keys);
  const inner = retyped(random, (value as Record<string, unknown>)[key]);
  return Array.isArray(value)
    ? value.map((item: unknown, at) => (String(at) === key ? inner : item))
    : { ...value, [key]: inner };
}

/** Damages up to three lines of the file behind the first `spared` ones; the numbers of those that it left alone. */
function tamper(random: Random, file: string, spared: number): number[] {
  const lines = readFileSync(file, 'utf8').split('\n').slice(0, -1);
  const hit = new Set(Array.from({ length: 1 + random.below(3) }, () => random.below(count)));
  const parts = lines.flatMap((line, at) => [
    hit.has(at - spared) ? damaged(random, line) : Buffer.from(line),
    Buffer.from('\n'),
  ]);
  writeFileSync(file, Buffer.concat(parts));
  return numbers.filter((at) => !hit.has(at));
}

/** Runs `check` for each seed, each time with a folder of its own. */
async function tampered(check: (random: Random, folder: string, what: string) => Promise<void>): Promise<void> {
  const base = temporaryFolder();
  for (let seed = firstSeed; seed < firstSeed + casesOf('tampered lines'); seed++) {
    const folder = path.join(base, String(seed));
    mkdirSync(folder);
    await check(seeded(seed), folder, `MOONWRIGHT_SEED=${seed}`);
  }
}

it(
  'a damaged line of a conversation costs itself only',
  async () => {
    await tampered(async (random, folder, what) => {
      const open = (): ConversationStore => new ConversationStore(folder, (error) => expect.unreachable(error.message));
      const store = open();
      const said = (at: number) => ({ kind: 'user', id: `é${at}`, turn: at, text: `漢 ${at}`, queued: false }) as const;
      const record = { id: 'c', created: 1 };
      await store.append(
        record,
        numbers.map((at) => ({ type: 'item', item: said(at) })),
      );
      const intact = tamper(random, path.join(folder, 'c.jsonl'), 1);
      await store.append(record, [{ type: 'item', item: said(count) }]);
      const items = (await open().load('c'))?.items ?? [];
      for (const at of [...intact, count]) expect(items, what).toContainEqual(said(at));
      expect(await open().list(`漢 ${count}`), what).toHaveLength(1);
    });
  },
  limitOfCases(60_000),
);

it(
  'a damaged line of the pending edits costs itself only',
  async () => {
    await tampered(async (random, folder, what) => {
      const file = path.join(folder, 'pending.jsonl');
      const open = (): PendingStore => new PendingStore(file, () => undefined);
      const entry = (at: number) =>
        ({ uri: `file:///é${at}`, baseline: `漢 ${at}`, current: 'x', changing: false, sources: ['c'] }) as const;
      await open().save(numbers.map(entry));
      const intact = tamper(random, file, 1);
      const found = await open().load();
      for (const at of intact) expect(found, what).toContainEqual(entry(at));
    });
  },
  limitOfCases(60_000),
);

it(
  'a damaged line of the checkpoints costs itself only',
  async () => {
    await tampered(async (random, folder, what) => {
      const state = { disk: 'a'.repeat(64), buffer: null };
      const line = (at: number) => ({ turn: at, path: `/é漢${at}`, before: state, after: state });
      const log = new CheckpointLog(folder);
      for (const at of numbers) await log.append('c', line(at));
      const intact = tamper(random, path.join(folder, 'c.jsonl'), 0);
      const turns = await new CheckpointLog(folder).turns('c');
      for (const at of intact) expect(turns.get(at)?.get(line(at).path), what).toEqual(line(at));
    });
  },
  limitOfCases(60_000),
);

it('a damaged rule costs itself only, and allows nothing', async () => {
  await tampered(async (random, _folder, what) => {
    const rules = numbers.map((at) => `run(npm test ${at})`);
    const hit = random.below(count);
    const stored = rules.map((rule, at) =>
      at === hit ? random.pick<unknown>([...others, 'run(', 'run()', 'fly(x)']) : rule,
    );
    const found = new WorkspaceRules({ get: () => stored, update: async () => undefined }).rules;
    expect(
      found.map(({ pattern }) => pattern),
      what,
    ).toEqual(numbers.filter((at) => at !== hit).map((at) => `npm test ${at}`));
  });
});
