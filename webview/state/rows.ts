import type { Item } from '../../extension/chat/item.ts';
import { splitBlocks } from './block-split.ts';

/** One row of the transcript: an item, or a part of a long answer. The same object while nothing in it changes. */
export interface Row {
  readonly key: string;
  readonly item: Item;
  /** For an answer: the part of its text in this row. */
  readonly part: { readonly text: string; readonly first: boolean; readonly last: boolean } | undefined;
}

/** Characters after which an answer continues in another row. */
const partLength = 4000;

interface Cuts {
  readonly text: string;
  readonly at: readonly number[];
}

/** Plans and questions have their own cards, so a card for the call is only shown when it failed. */
function isShownElsewhere(item: Item): boolean {
  return (
    item.kind === 'call' &&
    (item.name === 'update_plan' || item.name === 'ask_user') &&
    (item.state === 'writing' || item.state === 'running' || item.state === 'done')
  );
}

/** Builds rows from items. Remembers them, so that an update of a transcript with thousands of items is cheap. */
export class RowBuilder {
  #rows = new WeakMap<Item, readonly Row[]>();
  #latest = new Map<string, readonly Row[]>();
  #cuts = new Map<string, Cuts>();

  build(items: readonly Item[]): readonly Row[] {
    const rows: Row[] = [];
    for (const item of items) {
      if (isShownElsewhere(item)) continue;
      let made = this.#rows.get(item);
      if (made === undefined) {
        made = item.kind === 'answer' ? this.#answerRows(item) : [{ key: item.id, item, part: undefined }];
        this.#rows.set(item, made);
      }
      for (const row of made) rows.push(row);
    }
    return rows;
  }

  #answerRows(item: Extract<Item, { kind: 'answer' }>): readonly Row[] {
    if (item.text.length <= partLength)
      return [{ key: item.id, item, part: { text: item.text, first: true, last: true } }];
    const before = this.#latest.get(item.id) ?? [];
    const cuts = this.#cut(item.id, item.text);
    const rows = cuts.map((start, at): Row => {
      const key = at === 0 ? item.id : `${item.id}#${at}`;
      const part = {
        text: item.text.slice(start, cuts[at + 1] ?? item.text.length),
        first: at === 0,
        last: at === cuts.length - 1,
      };
      const old = before[at];
      const same =
        old !== undefined &&
        old.part?.text === part.text &&
        old.part.last === part.last &&
        !part.first &&
        !part.last &&
        old.item.kind === 'answer' &&
        old.item.dropped === item.dropped;
      return same ? old : { key, item, part };
    });
    this.#latest.set(item.id, rows);
    return rows;
  }

  /** Earlier cuts stay: only the text after the last one is examined. */
  #cut(id: string, text: string): readonly number[] {
    const old = this.#cuts.get(id);
    const at = old !== undefined && text.startsWith(old.text) ? [...old.at] : [0];
    for (;;) {
      const from = at.at(-1) ?? 0;
      const next = splitBlocks(text.slice(from)).find((block) => block.start >= partLength);
      if (next === undefined) break;
      at.push(from + next.start);
    }
    this.#cuts.set(id, { text, at });
    return at;
  }
}
