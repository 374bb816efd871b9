import * as fc from '../fast-check.ts';
import type { BrokenToolCall, ToolCall, ToolDefinition } from '../../../native/protocol/chat.ts';
import type { ParserOptions, ReplyEvent, ToolFormat } from '../../../native/daemon/chat/formats/tool-format.ts';

/** A reply as its events amount to. */
export interface ReadReply {
  readonly text: string;
  readonly reasoning: string;
  readonly calls: readonly (ToolCall & { readonly repaired: boolean })[];
  readonly broken: readonly BrokenToolCall[];
  /** Arguments as streamed, by index. */
  readonly streamed: readonly string[];
  /** Names of the calls that began. */
  readonly started: readonly string[];
}

export interface ReadingOptions extends Partial<ParserOptions> {
  readonly truncated?: boolean;
}

export const sampleTools: readonly ToolDefinition[] = [
  { name: 'run_tests', parameters: { type: 'object', properties: { target: { type: 'string' } } } },
  {
    name: 'read_file',
    parameters: {
      type: 'object',
      properties: { path: { type: 'string' }, start_line: { type: 'integer' } },
      required: ['path'],
    },
  },
  {
    name: 'edit_file',
    parameters: {
      type: 'object',
      properties: {
        path: { type: 'string' },
        old_string: { type: 'string' },
        new_string: { type: 'string' },
        replace_all: { type: 'boolean' },
      },
      required: ['path', 'old_string', 'new_string'],
    },
  },
  {
    name: 'update_plan',
    parameters: {
      type: 'object',
      properties: {
        steps: {
          type: 'array',
          items: {
            type: 'object',
            properties: { text: { type: 'string' }, status: { enum: ['open', 'done'] } },
            required: ['text', 'status'],
          },
        },
      },
      required: ['steps'],
    },
  },
];

/** Reads a reply that comes in the given pieces. */
export function readReply(
  format: ToolFormat,
  pieces: string | readonly string[],
  options: ReadingOptions = {},
): ReadReply {
  const parser = format.parser({ prompt: '', tools: sampleTools, nextCallIndex: 0, choice: 'auto', ...options });
  const events: ReplyEvent[] = [];
  for (const piece of typeof pieces === 'string' ? [pieces] : pieces) events.push(...parser.push(piece));
  events.push(...parser.end(options.truncated ?? false));
  return collect(events);
}

/** The same reply whole, character by character, and cut at random places: it must read the same each time. */
export function readInAllWays(format: ToolFormat, text: string, options: ReadingOptions = {}): ReadReply {
  const whole = readReply(format, text, options);
  expectSame(readReply(format, [...text], options), whole, 'character by character');
  expectSame(readReply(format, text.split(''), options), whole, 'code unit by code unit');
  fc.assert(
    fc.property(fc.array(fc.nat(text.length), { maxLength: 12 }), (cuts) => {
      expectSame(readReply(format, cutAt(text, cuts), options), whole, `cut at ${cuts.join(', ')}`);
    }),
    { numRuns: 15 },
  );
  return whole;
}

export function cutAt(text: string, cuts: readonly number[]): string[] {
  const places = [0, ...[...cuts].sort((a, b) => a - b), text.length];
  return places.slice(1).map((end, at) => text.slice(places[at], end));
}

function collect(events: readonly ReplyEvent[]): ReadReply {
  const read = {
    text: '',
    reasoning: '',
    calls: [] as (ToolCall & { repaired: boolean })[],
    broken: [] as BrokenToolCall[],
    streamed: [] as string[],
    started: [] as string[],
  };
  for (const event of events) {
    if (event.kind === 'text') read.text += event.text;
    else if (event.kind === 'reasoning') read.reasoning += event.text;
    else if (event.kind === 'call') {
      read.streamed[event.index] = (read.streamed[event.index] ?? '') + event.argumentsText;
      read.started[event.index] = event.name;
    } else if (event.kind === 'callDone') {
      const { id, name, arguments: text, repaired } = event;
      read.calls.push({ id, name, arguments: text, repaired });
    } else read.broken.push(event.broken);
  }
  return read;
}

function expectSame(read: ReadReply, whole: ReadReply, how: string): void {
  const [one, other] = [read, whole].map((reply) => JSON.stringify(reply, undefined, 1));
  if (one !== other) throw new Error(`Read ${how} it is\n${one}\nas a whole\n${other}`);
}
