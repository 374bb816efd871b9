import type { JsonValue } from '../../protocol/chat.ts';

/** What a template does with histories that are ordinary, but not what it was written for. */
export interface HistoryShape {
  /** Where system messages are rendered: nowhere, only one at the start, several at the start, or anywhere in place. */
  readonly systems: 'none' | 'one' | 'leading' | 'anywhere';
  /** Two user messages in a row are rendered; likewise two of the assistant. */
  readonly usersInRow: boolean;
  readonly assistantsInRow: boolean;
  /** A user message after a tool's result is rendered. */
  readonly userAfterTool: boolean;
  /** The conversation must begin with a user message, or have one. */
  readonly needsUser: boolean;
  /** An assistant message without text is rendered. */
  readonly emptyReplies: boolean;
  /** The text of an assistant message that also calls tools is rendered. */
  readonly textBesideCalls: boolean;
}

/** Renders with the tools of the probe or without; undefined where the template refuses. */
type Attempt = (messages: readonly JsonValue[], withTools: boolean) => string | undefined;

interface Probe {
  readonly attempt: Attempt;
  readonly rendersTools: boolean;
  /** An assistant message that calls a tool, with that text, and the result; undefined: calls are not rendered. */
  readonly call: ((content: string) => readonly JsonValue[]) | undefined;
}

type Message = { readonly role: string; readonly content: string };

const system = pair('system');
const user = pair('user');
const assistant = pair('assistant');

function pair(role: string): readonly [Message, Message] {
  return [
    { role, content: `probe ${role} one` },
    { role, content: `probe ${role} two` },
  ];
}

/** Probes a template with small histories, without tools and, where they are rendered, with them. */
export function probeHistory({ attempt, rendersTools, call }: Probe): HistoryShape {
  const ways = rendersTools ? [false, true] : [false];
  const shows = (...messages: readonly Message[]): boolean =>
    ways.every((withTools) => hasAll(attempt(messages, withTools), messages));
  const showsCall = (content: string, ...rest: readonly Message[]): boolean => {
    const made = call?.(content);
    if (made === undefined) return true;
    return hasAll(attempt([user[0], ...made, ...rest], true), [{ role: 'assistant', content }, ...rest]);
  };
  const staysInCalls = call === undefined || hasAll(attempt([system[0], user[0], ...call('')], true), [system[0]]);
  const systems = staysInCalls ? systemsOf(shows, ways, attempt) : 'none';
  const hasSystem = systems !== 'none';
  return {
    systems,
    usersInRow: shows(user[0], user[1], assistant[0]),
    assistantsInRow: shows(user[0], assistant[0], assistant[1], user[1]),
    userAfterTool: showsCall('', user[1]),
    needsUser: !shows(assistant[0], user[0]) || (hasSystem && !(shows(system[0], assistant[0]) && shows(system[0]))),
    emptyReplies: shows(user[0], { role: 'assistant', content: '' }, user[1]),
    textBesideCalls: showsCall('probe text'),
  };
}

function systemsOf(
  shows: (...messages: readonly Message[]) => boolean,
  ways: readonly boolean[],
  attempt: Attempt,
): HistoryShape['systems'] {
  // A template that also refuses a lone user message tells nothing about its system messages.
  const tells = ways.some((withTools) => attempt([user[0]], withTools) !== undefined);
  if (tells && !shows(system[0], user[0])) return 'none';
  const inPlace =
    shows(system[0], user[0], assistant[0], system[1], user[1]) &&
    shows(user[0], system[1], assistant[0], user[1]) &&
    shows(system[0], user[0], assistant[0], user[1], system[1]);
  if (inPlace) return 'anywhere';
  return shows(system[0], system[1], user[0]) ? 'leading' : 'one';
}

/** Whether a text has the contents of all messages, in their order. */
function hasAll(text: string | undefined, messages: readonly Message[]): boolean {
  let at = 0;
  for (const { content } of messages) {
    at = text?.indexOf(content, at) ?? -1;
    if (at < 0) return false;
    at += content.length;
  }
  return text !== undefined;
}
