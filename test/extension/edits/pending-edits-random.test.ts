import { describe, expect, it } from 'vitest';
import { PendingHarness } from '../../support/extension/pending-harness.ts';
import { editText, randomText, seeded, type Random } from '../../support/extension/seeded-edits.ts';

const uri = 'file:///w/a.js';

describe('random sequences of pending edits', () => {
  const mine = (random: Random, count: { value: number }) => () => `mine ${count.value++} ${random.below(3)}`;
  const rounds = 400;

  it('without the user: undoing all gives the first text to the byte, keeping all the last one', async () => {
    for (let seed = 0; seed < rounds; seed++) {
      const random = seeded(seed);
      const first = randomText(random, 30);
      for (const decision of ['undo', 'keep'] as const) {
        const review = new PendingHarness(uri, first);
        let last = first;
        for (let step = random.below(4); step >= 0; step--) {
          last = editText(random, last, 1 + random.below(4));
          await review.assistant(last);
          if (random.below(3) === 0) await review.reload();
        }
        await (decision === 'undo' ? review.pending.undoAll() : review.pending.keepAll());
        expect(review.text(), `seed ${seed}`).toBe(decision === 'undo' ? first : last);
        expect(review.pending.files()).toEqual([]);
      }
    }
  });

  it('with the user: undo keeps their lines, keep changes nothing, and nothing stays pending', async () => {
    for (let seed = 0; seed < rounds; seed++) {
      const random = seeded(seed);
      const count = { value: 0 };
      let now = randomText(random, 25);
      const review = new PendingHarness(uri, now);
      for (let step = 0; step < 6; step++) {
        switch (random.below(5)) {
          case 0:
          case 1:
            await review.assistant(
              editText(random, review.text() ?? '', 1 + random.below(3), () => `assistant ${random.below(5)}`),
            );
            break;
          case 2:
            await review.user(editText(random, review.text() ?? '', 1 + random.below(2), mine(random, count)));
            break;
          case 3: {
            const chosen = review.hunks().filter(() => random.below(2) === 0);
            now = review.text() ?? '';
            if (random.below(2) === 0) {
              await review.pending.keep(uri, chosen);
              expect(review.text()).toBe(now);
            } else await review.pending.undo(uri, chosen);
            break;
          }
          default:
            await review.reload();
        }
      }
      now = review.text() ?? '';
      const theirs = now.match(/^mine \d+ \d/gm) ?? [];
      await review.pending.undoAll();
      expect(review.text()?.match(/^mine \d+ \d/gm) ?? [], `seed ${seed}`).toEqual(expect.arrayContaining(theirs));
      expect(review.pending.files()).toEqual([]);
    }
  });

  it('of the user alone leave no hunk, and their edits away from the hunks leave each as it is', async () => {
    for (let seed = 0; seed < rounds; seed++) {
      const random = seeded(seed);
      const count = { value: 0 };
      const lines = Array.from({ length: 30 }, (_, at) => `line ${at}\n`);
      const review = new PendingHarness(uri, lines.join(''));
      const at = 10 + random.below(8);
      await review.assistant([...lines.slice(0, at), 'assistant\n', ...lines.slice(at + random.below(3))].join(''));
      const before = review.hunks().map(({ oldLines, newLines }) => [oldLines, newLines]);
      const found = review.text() ?? '';
      const cut = found.indexOf('line 5\n');
      await review.user(
        editText(random, found.slice(0, cut), 1 + random.below(4), mine(random, count)).replace(/(?<!\n)$/, '\n') +
          found.slice(cut),
      );
      expect(
        review.hunks().map(({ oldLines, newLines }) => [oldLines, newLines]),
        `seed ${seed}`,
      ).toEqual(before);
    }
  });
});
