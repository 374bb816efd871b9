import type { LogEntry } from '../../native/protocol/methods.ts';
import type { TurnStart } from '../agent/agent-conversation.ts';
import type { Item } from './item.ts';

/** Raised when a reader of an older version would misread a line. */
const recordVersion = 1;

/**
 * A conversation on disk is a file of JSON lines that is only ever appended to. Reading it again replays the lines in
 * order; a last line that was cut by a crash is left out.
 */
export type RecordLine =
  | { readonly type: 'head'; readonly version: number; readonly id: string; readonly created: number }
  | { readonly type: 'title'; readonly title: string; readonly at: number }
  | { readonly type: 'item'; readonly item: Item }
  | { readonly type: 'turn'; readonly start: TurnStart }
  /** Messages from `from` on are now these; shorter than before when the conversation was rewound. */
  | {
      readonly type: 'entries';
      readonly epoch: number;
      readonly from: number;
      readonly entries: readonly LogEntry[];
      readonly fingerprint: string;
    }
  /** Everything from that turn on is forgotten. */
  | { readonly type: 'restore'; readonly turn: number }
  | { readonly type: 'draft'; readonly text: string };

/** What a conversation is after replaying its lines. */
export interface ConversationRecord {
  readonly id: string;
  readonly created: number;
  title: string;
  updated: number;
  items: Item[];
  turns: TurnStart[];
  /** Messages by epoch; the last is the one that goes on. */
  epochs: LogEntry[][];
  fingerprint: string;
  draft: string;
}

export function headLine(id: string, created: number): RecordLine {
  return { type: 'head', version: recordVersion, id, created };
}

export function encodeLine(line: RecordLine): string {
  return `${JSON.stringify(line)}\n`;
}

/** Undefined when the text is no conversation of a version this one understands. */
export function replay(text: string): ConversationRecord | undefined {
  let record: ConversationRecord | undefined;
  for (const raw of text.split('\n')) {
    const line = parseLine(raw);
    if (line === undefined) continue;
    if (line.type === 'head') {
      if (line.version !== recordVersion) return undefined;
      record = {
        id: line.id,
        created: line.created,
        title: '',
        updated: line.created,
        items: [],
        turns: [],
        epochs: [[]],
        fingerprint: '',
        draft: '',
      };
    } else if (record !== undefined) applyLine(record, line);
  }
  return record;
}

/** Undefined for an empty line, and for one that was cut. */
function parseLine(raw: string): RecordLine | undefined {
  if (raw === '') return undefined;
  try {
    const line: unknown = JSON.parse(raw);
    return typeof line === 'object' && line !== null && 'type' in line ? (line as RecordLine) : undefined;
  } catch (thrown) {
    if (thrown instanceof SyntaxError) return undefined;
    throw thrown;
  }
}

export function applyLine(record: ConversationRecord, line: RecordLine): void {
  switch (line.type) {
    case 'head':
      break;
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
      while (record.epochs.length <= line.epoch) record.epochs.push([]);
      record.epochs.length = line.epoch + 1;
      record.epochs[line.epoch] = [...(record.epochs[line.epoch] ?? []).slice(0, line.from), ...line.entries];
      record.fingerprint = line.fingerprint;
      break;
    }
    case 'restore': {
      const at = record.items.findIndex((item) => item.kind === 'user' && item.turn >= line.turn);
      if (at >= 0) record.items = record.items.slice(0, at);
      record.turns = record.turns.filter((start) => start.turn < line.turn);
      break;
    }
    case 'draft':
      record.draft = line.text;
      break;
  }
}
