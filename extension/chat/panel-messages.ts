import * as z from 'zod';
import type { FromPanel } from '../../webview/messages.ts';

/** Requests from the panel once it is attached. */
export type PanelRequest = Exclude<FromPanel, { readonly type: 'ready' }>;

const id = z.string().min(1).max(200);
const text = z.string().max(1_000_000);
const turn = z.int().min(0);
const path = z.string().max(4096);
const query = z.string().max(1000);
const line = z.int().min(1);
const webAddress = z
  .string()
  .max(4096)
  .regex(/^https?:/i);

function message<T extends FromPanel['type'], S extends z.ZodRawShape>(type: T, fields: S) {
  return z.strictObject({ type: z.literal(type), ...fields });
}

/** A validator for every message of the panel; one that is missing does not compile. */
const validators = {
  ready: message('ready', {}),
  send: message('send', { text, steer: z.boolean() }),
  takeBack: message('takeBack', { id }),
  stop: message('stop', {}),
  continue: message('continue', {}),
  retry: message('retry', { id }),
  useAnyway: message('useAnyway', {}),
  choose: message('choose', { callId: id, choice: id }),
  answer: message('answer', { id, text }),
  undoTurn: message('undoTurn', { turn }),
  restoreTo: message('restoreTo', { turn }),
  editResend: message('editResend', { turn, text }),
  review: message('review', { turn }),
  keep: message('keep', { turn }),
  keepFiles: message('keepFiles', { path: path.optional() }),
  undoFiles: message('undoFiles', { path: path.optional() }),
  reviewFiles: message('reviewFiles', {}),
  openPending: message('openPending', { path }),
  mode: message('mode', { mode: z.enum(['plan', 'ask', 'edit', 'autonomous']) }),
  pickModel: message('pickModel', {}),
  pickStyle: message('pickStyle', {}),
  manageModels: message('manageModels', {}),
  trust: message('trust', {}),
  openSample: message('openSample', {}),
  open: message('open', { path, line: line.optional() }),
  openLink: message('openLink', { url: webAddress }),
  copy: message('copy', { text }),
  insert: message('insert', { text }),
  applyCode: message('applyCode', { text, path: path.optional() }),
  newConversation: message('newConversation', {}),
  listConversations: message('listConversations', { query }),
  openConversation: message('openConversation', { id }),
  deleteConversation: message('deleteConversation', { id }),
  suggest: message('suggest', { request: z.int(), query }),
  draft: message('draft', { text }),
} satisfies { readonly [T in FromPanel['type']]: z.ZodType<Extract<FromPanel, { type: T }>> };

/**
 * Checks a message of the panel before anything acts on it: a model's output may have reached the panel's script.
 * Returns undefined when it is not a message of the protocol.
 */
export function parseFromPanel(value: unknown): FromPanel | undefined {
  if (typeof value !== 'object' || value === null || !('type' in value)) return undefined;
  const { type } = value;
  if (typeof type !== 'string' || !isMessageType(type)) return undefined;
  const validator: z.ZodType<FromPanel> = validators[type];
  return validator.safeParse(value).data;
}

function isMessageType(type: string): type is FromPanel['type'] {
  return Object.hasOwn(validators, type);
}
