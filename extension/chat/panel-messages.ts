import * as z from 'zod';
import type { FromPanel } from '../../webview/messages.ts';

const id = z.string().min(1).max(200);
const text = z.string().max(1_000_000);
const turn = z.int().min(0);
const path = z.string().max(4096);
const bare = <T extends string>(type: T) => z.strictObject({ type: z.literal(type) });

/** Checks what the panel sends before anything acts on it: its script may have been fed by a model's output. */
const fromPanel = z.discriminatedUnion('type', [
  bare('ready'),
  bare('stop'),
  bare('continue'),
  bare('pickModel'),
  bare('newConversation'),
  bare('reviewFiles'),
  z.strictObject({ type: z.literal('send'), text, steer: z.boolean() }),
  z.strictObject({ type: z.literal('takeBack'), id }),
  z.strictObject({ type: z.literal('approve'), callId: id, scope: z.enum(['once', 'session', 'rule']) }),
  z.strictObject({ type: z.literal('decline'), callId: id }),
  z.strictObject({ type: z.literal('answer'), id, text }),
  z.strictObject({ type: z.literal('undoTurn'), turn }),
  z.strictObject({ type: z.literal('restoreTo'), turn }),
  z.strictObject({ type: z.literal('editResend'), turn, text }),
  z.strictObject({ type: z.literal('review'), turn }),
  z.strictObject({ type: z.literal('keep'), turn }),
  z.strictObject({ type: z.literal('keepFiles'), path: path.optional() }),
  z.strictObject({ type: z.literal('undoFiles'), path: path.optional() }),
  z.strictObject({ type: z.literal('openPending'), path }),
  z.strictObject({ type: z.literal('mode'), mode: z.enum(['plan', 'ask', 'edit', 'autonomous']) }),
  z.strictObject({ type: z.literal('open'), path, line: z.int().min(1).optional() }),
  z.strictObject({
    type: z.literal('openLink'),
    url: z
      .string()
      .max(4096)
      .regex(/^https?:/i),
  }),
  z.strictObject({ type: z.literal('copy'), text }),
  z.strictObject({ type: z.literal('insert'), text }),
  z.strictObject({ type: z.literal('applyCode'), text, path: path.optional() }),
  z.strictObject({ type: z.literal('notice'), id, action: id }),
  z.strictObject({ type: z.literal('listConversations'), query: z.string().max(1000) }),
  z.strictObject({ type: z.literal('openConversation'), id }),
  z.strictObject({ type: z.literal('deleteConversation'), id }),
  z.strictObject({ type: z.literal('suggest'), request: z.int(), query: z.string().max(1000) }),
  z.strictObject({ type: z.literal('draft'), text }),
]);

/** The message, or undefined when it is none of ours. */
export function parseFromPanel(message: unknown): FromPanel | undefined {
  const parsed = fromPanel.safeParse(message);
  return parsed.success ? (parsed.data as FromPanel) : undefined;
}
