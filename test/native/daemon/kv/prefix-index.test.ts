import { describe, expect, it } from 'vitest';
import { PrefixIndex } from '../../../../native/daemon/kv/prefix-index.ts';
import { Resident } from '../../../../native/daemon/kv/resident.ts';

function resident(sequence: number, tokens: readonly number[], computed = tokens.length): Resident {
  const made = new Resident(sequence);
  made.tokens.push(Int32Array.from(tokens));
  made.markComputed(computed);
  return made;
}

function indexOf(...residents: readonly Resident[]): PrefixIndex {
  const index = new PrefixIndex();
  for (const each of residents) index.add(each);
  return index;
}

const prompt = Int32Array.from([1, 2, 3, 4, 5]);

describe('the index of prefixes', () => {
  it('finds the longest beginning that is computed, and never the last token of the prompt', () => {
    const index = indexOf(resident(0, [1, 2]), resident(1, [1, 2, 3, 9]), resident(2, [1, 2, 3, 4, 5], 2));
    expect(index.search(prompt, 0).best).toMatchObject({ resident: { sequence: 1 }, common: 3 });
    expect(indexOf(resident(0, [1, 2, 3, 4, 5])).search(prompt, 0).best?.common).toBe(4);
    expect(indexOf(resident(0, [7])).search(prompt, 0).best).toBeUndefined();
  });

  it('prefers, of equal ones, a sequence that ends there, then one that nobody writes to', () => {
    const written = resident(0, [1, 2, 3, 8]);
    written.writer = { priority: 0, endsWithPrompt: false };
    const index = indexOf(written, resident(1, [1, 2, 3, 9]), resident(2, [1, 2, 3]));
    expect(index.search(prompt, 0).best?.resident.sequence).toBe(2);
    expect(indexOf(written, resident(1, [1, 2, 3, 9])).search(prompt, 0).best?.resident.sequence).toBe(1);
  });

  it('tells of a longer beginning in the making, unless a less urgent run makes it', () => {
    const coming = resident(0, [1, 2, 3, 4, 6], 1);
    coming.writer = { priority: 10, endsWithPrompt: false };
    const index = indexOf(coming, resident(1, [1, 2]));
    expect(index.search(prompt, 10)).toMatchObject({ best: { common: 2 }, coming: { common: 4 } });
    expect(index.search(prompt, 5).coming).toBeUndefined();
  });

  it('offers, where memory is not rewindable, what may be rewound, what is continued as it is, or nothing', () => {
    const index = indexOf(resident(0, [1, 2]), resident(1, [1, 2, 3, 9]));
    expect(index.searchIdle(prompt, 0, 'rewound')).toMatchObject({ best: { common: 3 }, longest: 3 });
    expect(index.searchIdle(prompt, 0, 'asIs')).toMatchObject({ best: { common: 2 }, longest: 3 });
    expect(index.searchIdle(prompt, 0, 'none')).toMatchObject({ best: undefined, longest: 3 });
  });

  it('lists idle sequences with the longest unused first', () => {
    const [first, second] = [resident(0, [1]), resident(1, [1])];
    const index = indexOf(first, second);
    index.touch(first);
    expect(index.idle().map(({ sequence }) => sequence)).toEqual([1, 0]);
    second.writer = { priority: 0, endsWithPrompt: false };
    expect(index.idle().map(({ sequence }) => sequence)).toEqual([0]);
    expect(index.busy()).toEqual([second]);
  });
});
