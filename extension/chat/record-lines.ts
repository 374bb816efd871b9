import * as z from 'zod';
import { thinkingLevels } from '../../native/protocol/thinking.ts';
import type { RecordLine } from './conversation-record.ts';

const text = z.string();
const count = z.int().min(0);
const amount = z.number().min(0);
const turn = z.int().min(-1);
const steps = z.array(z.looseObject({ text, status: z.enum(['pending', 'active', 'done']) }));
const file = z.looseObject({
  path: text,
  change: z.enum(['edited', 'created', 'deleted']),
  added: count,
  removed: count,
});
const view = z.discriminatedUnion('kind', [
  z.looseObject({
    kind: z.literal('diff'),
    path: text,
    before: text,
    after: text,
    line: count.optional(),
    added: count.optional(),
    removed: count.optional(),
  }),
  z.looseObject({ kind: z.literal('command'), command: text, folder: text, notes: z.array(text) }),
  z.looseObject({ kind: z.literal('text'), text }),
]);

const item = z.discriminatedUnion('kind', [
  z.looseObject({ kind: z.literal('user'), id: text, turn, text, queued: z.boolean() }),
  z.looseObject({
    kind: z.literal('answer'),
    id: text,
    text,
    reasoning: text,
    streaming: z.boolean(),
    dropped: z.boolean(),
  }),
  z.looseObject({
    kind: z.literal('call'),
    id: text,
    name: text,
    title: text,
    state: z.enum(['writing', 'waiting', 'running', 'done', 'failed', 'declined', 'cancelled']),
    result: text,
    output: text,
    view: view.optional(),
    paths: z.array(text),
    dropped: z.boolean(),
  }),
  z.looseObject({
    kind: z.literal('notice'),
    id: text,
    level: z.enum(['info', 'warning', 'error']),
    text,
    leadsTo: z.literal('models').optional(),
  }),
  z.looseObject({ kind: z.literal('plan'), id: text, steps }),
  z.looseObject({
    kind: z.literal('question'),
    id: text,
    question: text,
    choices: z.array(text),
    answer: text.optional(),
  }),
  z.looseObject({
    kind: z.literal('turnEnd'),
    id: text,
    turn,
    outcome: z.enum(['answered', 'stopped', 'limit', 'failed']),
    text,
    reused: z.number(),
    computed: z.number(),
    generated: z.number(),
    seconds: z.number(),
    reading: amount.optional(),
    writing: amount.optional(),
    tools: amount.optional(),
    wattHours: amount.optional(),
    files: z.array(file),
    state: z.enum(['pending', 'kept', 'undone']),
  }),
]);

const call = z.looseObject({ id: text, name: text, arguments: text });
const message = z.discriminatedUnion('role', [
  z.looseObject({ role: z.literal('system'), content: text }),
  z.looseObject({ role: z.literal('user'), content: text }),
  z.looseObject({ role: z.literal('assistant'), content: text, toolCalls: z.array(call).optional() }),
  z.looseObject({ role: z.literal('tool'), content: text, toolCallId: text, name: text }),
]);
const ids = z.custom<readonly number[]>((value) => Array.isArray(value) && value.every(Number.isSafeInteger));

const spending = z.looseObject({
  reused: amount,
  computed: amount,
  generated: amount,
  reading: amount,
  writing: amount,
  tools: amount,
  wattHours: amount.optional(),
});

const line = z.discriminatedUnion('type', [
  z.looseObject({ type: z.literal('head'), version: z.number(), id: text, created: z.number() }),
  z.looseObject({ type: z.literal('title'), title: text, at: z.number() }),
  z.looseObject({ type: z.literal('item'), item }),
  z.looseObject({ type: z.literal('turn'), start: z.looseObject({ turn: count, epoch: count, messages: count }) }),
  z.looseObject({
    type: z.literal('entries'),
    epoch: count,
    from: count,
    entries: z.array(z.looseObject({ message, ids, tokens: count.optional() })),
    fingerprint: text,
  }),
  z.looseObject({
    type: z.literal('style'),
    style: z.looseObject({ thinking: z.enum(['default', ...thinkingLevels]), length: z.enum(['full', 'short']) }),
  }),
  z.looseObject({ type: z.literal('restore'), turn: z.int() }),
  z.looseObject({ type: z.literal('spent'), spent: spending }),
]);

/** A line of a conversation's file; undefined if it is damaged in any part. Fields of later versions stay. */
export function recordLine(value: unknown): RecordLine | undefined {
  return line.safeParse(value).success ? (value as RecordLine) : undefined;
}
