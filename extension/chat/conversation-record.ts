import type { LogEntry } from '../../native/protocol/methods.ts';
import type { ThinkingChoice } from '../../native/protocol/thinking.ts';
import { withoutIds, type TurnStart } from '../agent/agent-conversation.ts';
import { jsonLines } from '../edits/line-log.ts';
import { addSpending, nothingSpent, type Spending } from '../metering/spending.ts';
import { usualStyle, type AnswerStyle } from '../context/answer-style.ts';
import type { Item } from './item.ts';
import { recordLine } from './record-lines.ts';

/** Raised when a reader of an older version would misread a line. */
const recordVersion = 1;
/** Epochs in a row whose lines may all be damaged. */
const epochsLostMax = 8;

/**
 * A conversation on disk is a file of JSON lines that is only ever appended to. Reading it replays the lines in order.
 * A line that is cut or damaged is skipped.
 */
export type RecordLine =
  | { readonly type: 'head'; readonly version: number; readonly id: string; readonly created: number }
  | { readonly type: 'title'; readonly title: string; readonly at: number }
  | { readonly type: 'item'; readonly item: Item }
  | { readonly type: 'turn'; readonly start: TurnStart }
  /** Replaces the messages of an epoch from index `from` on; there are fewer than before after a rewind. */
  | {
      readonly type: 'entries';
      readonly epoch: number;
      readonly from: number;
      readonly entries: readonly LogEntry[];
      readonly fingerprint: string;
    }
  | { readonly type: 'style'; readonly style: AnswerStyle }
  /** Drops that turn and everything after it. */
  | { readonly type: 'restore'; readonly turn: number }
  /** Adds to what the conversation has taken. A restore does not take it back: it was spent. */
  | { readonly type: 'spent'; readonly spent: Spending };

/** A conversation as it was stored. Times are milliseconds since 1970. */
export interface ConversationRecord {
  readonly id: string;
  readonly created: number;
  readonly title: string;
  readonly updated: number;
  readonly items: readonly Item[];
  readonly turns: readonly TurnStart[];
  /** The messages of each session; compaction begins a new epoch. The last one continues. */
  readonly epochs: readonly (readonly LogEntry[])[];
  readonly spent: Spending;
  /** Identifies the model that the entries' token ids belong to. */
  readonly fingerprint: string;
  readonly style: AnswerStyle;
  /** The level of thinking that the entries' token ids were made at. */
  readonly madeAt: ThinkingChoice;
}

/** A record while its lines are replayed. */
interface Replayed extends ConversationRecord {
  title: string;
  updated: number;
  items: Item[];
  turns: TurnStart[];
  epochs: LogEntry[][];
  spent: Spending;
  fingerprint: string;
  style: AnswerStyle;
  madeAt: ThinkingChoice;
}

export function emptyRecord(id: string, created: number): ConversationRecord {
  return blank(id, created);
}

export function headLine(id: string, created: number): RecordLine {
  return { type: 'head', version: recordVersion, id, created };
}

/**
 * Reads a stored conversation. Resolves with undefined when the text is none, or is of another version. `pause` is
 * awaited between lines, to yield to other work.
 */
export async function replay(
  id: string,
  text: string,
  pause: () => Promise<void>,
): Promise<ConversationRecord | undefined> {
  const lines: RecordLine[] = [];
  for (const value of jsonLines(text)) {
    const line = recordLine(value);
    if (line !== undefined) lines.push(line);
    await pause();
  }
  if (lines.length === 0) return undefined;
  const head = lines.find((line) => line.type === 'head');
  if (head !== undefined && head.version !== recordVersion) return undefined;
  // Without its first line a conversation is still one.
  const record = blank(id, head?.created ?? 0);
  for (const line of lines) {
    if (line.type !== 'head') applyLine(record, line);
    await pause();
  }
  return record;
}

function blank(id: string, created: number): Replayed {
  return {
    id,
    created,
    title: '',
    updated: created,
    items: [],
    turns: [],
    epochs: [[]],
    spent: nothingSpent,
    fingerprint: '',
    style: usualStyle,
    madeAt: 'default',
  };
}

function applyLine(record: Replayed, line: Exclude<RecordLine, { type: 'head' }>): void {
  switch (line.type) {
    case 'title':
      record.title = line.title;
      record.updated = line.at;
      break;
    case 'item': {
      const at = record.items.findLastIndex((item) => item.id === line.item.id);
      if (at >= 0) record.items[at] = line.item;
      else record.items.push(line.item);
      break;
    }
    case 'turn':
      record.turns.push(line.start);
      break;
    case 'entries': {
      // Epochs follow each other: a far one is damage, and would hide those that are there.
      if (line.epoch > record.epochs.length + epochsLostMax) break;
      // Ids of another model are none of this one.
      if (record.fingerprint !== '' && line.fingerprint !== record.fingerprint)
        record.epochs = record.epochs.map((entries) => entries.map(withoutIds));
      while (record.epochs.length <= line.epoch) record.epochs.push([]);
      record.epochs.length = line.epoch + 1;
      record.epochs[line.epoch] = [...(record.epochs[line.epoch] ?? []).slice(0, line.from), ...line.entries];
      record.fingerprint = line.fingerprint;
      record.madeAt = record.style.thinking;
      break;
    }
    case 'spent':
      record.spent = addSpending(record.spent, line.spent);
      break;
    case 'style':
      record.style = line.style;
      break;
    case 'restore': {
      const at = record.items.findIndex((item) => item.kind === 'user' && item.turn >= line.turn);
      if (at >= 0) record.items = record.items.slice(0, at);
      record.turns = record.turns.filter((start) => start.turn < line.turn);
      break;
    }
  }
}
