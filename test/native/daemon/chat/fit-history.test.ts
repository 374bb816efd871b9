import { describe, expect, it } from 'vitest';
import { ContentGuard } from '../../../../native/daemon/chat/content-guard.ts';
import { fitHistory } from '../../../../native/daemon/chat/fit-history.ts';
import type { HistoryShape } from '../../../../native/daemon/chat/history-shape.ts';
import { SpecialTokenMatcher } from '../../../../native/daemon/chat/special-token-matcher.ts';
import { ChatTemplate } from '../../../../native/daemon/chat/template.ts';
import type { ChatMessage, ToolDefinition } from '../../../../native/protocol/chat.ts';
import { readTemplate, templateNames } from '../../../support/models/template-families.ts';

const system = (content: string): ChatMessage => ({ role: 'system', content });
const user = (content: string): ChatMessage => ({ role: 'user', content });
const assistant = (content: string): ChatMessage => ({ role: 'assistant', content });
const call = (content: string): ChatMessage => ({
  role: 'assistant',
  content,
  toolCalls: [{ id: 'functions.read:0', name: 'read', arguments: '{"path":"a.ts"}' }],
});
const result = (content: string): ChatMessage => ({
  role: 'tool',
  content,
  toolCallId: 'functions.read:0',
  name: 'read',
});
const tools: ToolDefinition[] = [
  { name: 'read', description: 'Reads.', parameters: { type: 'object', properties: { path: { type: 'string' } } } },
];

const takesAll: HistoryShape = {
  systems: 'anywhere',
  usersInRow: true,
  assistantsInRow: true,
  userAfterTool: true,
  needsUser: false,
  emptyReplies: true,
  textBesideCalls: true,
};
/** The roles and texts that a template of this shape gets. */
function fitted(shape: Partial<HistoryShape>, messages: readonly ChatMessage[], asksForReply = true): string[] {
  return fitHistory(messages, { ...takesAll, ...shape }, asksForReply).map(
    (message) => `${message.role}: ${message.content}${'toolCalls' in message ? ' +call' : ''}`,
  );
}

describe('a history for a template', () => {
  it('is what it was where the template takes it', () => {
    const messages = [system('A'), user('1'), call('text'), result('r'), system('B'), user('2')];
    expect(fitHistory(messages, takesAll, true)).toBe(messages);
  });

  it('has its system messages where they are shown', () => {
    const messages = [system('A'), system('B'), user('1'), assistant('x'), system('C'), user('2')];
    expect(fitted({ systems: 'leading' }, messages)).toEqual([
      'system: A',
      'system: B',
      'user: 1',
      'assistant: x',
      'user: C\n\n2',
    ]);
    expect(fitted({ systems: 'one' }, messages)).toEqual(['system: A\n\nB', 'user: 1', 'assistant: x', 'user: C\n\n2']);
    expect(fitted({ systems: 'none' }, messages)).toEqual(['user: A\n\nB\n\n1', 'assistant: x', 'user: C\n\n2']);
  });

  it('tells a late system message as a user message, after the results of calls', () => {
    expect(fitted({ systems: 'one' }, [user('1'), system('S'), assistant('x')])).toEqual([
      'user: 1',
      'user: S',
      'assistant: x',
    ]);
    expect(fitted({ systems: 'one' }, [user('1'), call(''), system('S'), result('r')])).toEqual([
      'user: 1',
      'assistant:  +call',
      'tool: r',
      'user: S',
    ]);
    expect(fitted({ systems: 'none' }, [system('S')])).toEqual(['user: S']);
  });

  it('begins with a user message where there must be one', () => {
    const shape = { needsUser: true };
    expect(fitted(shape, [system('A'), assistant('Hi')])).toEqual(['system: A', 'user: Go on.', 'assistant: Hi']);
    expect(fitted(shape, [system('A')])).toEqual(['system: A', 'user: Go on.']);
    expect(fitted(shape, [system('A')], false)).toEqual(['system: A']);
    expect(fitted(shape, [system('A'), user('1')])).toEqual(['system: A', 'user: 1']);
  });

  it('joins neighbours of one role, with their thoughts and calls', () => {
    const shape = { usersInRow: false, assistantsInRow: false };
    expect(fitted(shape, [user('1'), user('2'), assistant('x'), call('y'), result('r'), user('3')])).toEqual([
      'user: 1\n\n2',
      'assistant: x\n\ny +call',
      'tool: r',
      'user: 3',
    ]);
    expect(
      fitHistory(
        [user('1'), { role: 'assistant', content: '', reasoning: 'why' }, assistant('x')],
        {
          ...takesAll,
          assistantsInRow: false,
        },
        true,
      ),
    ).toEqual([user('1'), { role: 'assistant', content: 'x', reasoning: 'why' }]);
  });

  it('loses no text beside a call, and no turn without text', () => {
    expect(fitted({ textBesideCalls: false }, [user('1'), call('text'), result('r')])).toEqual([
      'user: 1',
      'assistant: text',
      'assistant:  +call',
      'tool: r',
    ]);
    expect(fitted({ textBesideCalls: false, assistantsInRow: false }, [user('1'), call('text')])).toEqual([
      'user: 1',
      'assistant: text',
      'user: Go on.',
      'assistant:  +call',
    ]);
    expect(
      fitted({ emptyReplies: false, userAfterTool: false }, [
        user('1'),
        assistant(''),
        call(''),
        result('r'),
        user('2'),
      ]),
    ).toEqual(['user: 1', 'assistant: ...', 'assistant:  +call', 'tool: r', 'assistant: ...', 'user: 2']);
  });
});

const histories: Readonly<Record<string, readonly ChatMessage[]>> = {
  'two system messages': [system('SYS1'), system('SYS2'), user('USR1')],
  'a later system message': [system('SYS1'), user('USR1'), assistant('ASS1'), system('SYS2'), user('USR2')],
  'a system message at the end': [system('SYS1'), user('USR1'), assistant('ASS1'), user('USR2'), system('SYS2')],
  'a system message before a reply': [user('USR1'), system('SYS1'), assistant('ASS1'), user('USR2')],
  'a system message after a tool': [user('USR1'), call('ASS1'), result('TOOL1'), system('SYS1')],
  'only a system message': [system('SYS1')],
  'no user message': [system('SYS1'), assistant('ASS1')],
  'no user message after a compaction': [system('SYS1'), call('ASS1'), result('TOOL1')],
  'a greeting first': [system('SYS1'), assistant('ASS1'), user('USR1'), assistant('ASS2'), user('USR2')],
  'two replies in a row': [user('USR1'), assistant('ASS1'), assistant('ASS2'), user('USR2')],
  'two user messages in a row': [user('USR1'), user('USR2'), assistant('ASS1'), user('USR3')],
  'an empty reply': [user('USR1'), assistant(''), user('USR2')],
  'an empty question': [user(''), assistant('ASS1'), user('USR1')],
  'a question that is a tool response': [system('SYS1'), user('<tool_response>\nUSR1\n</tool_response>')],
  'a question after a tool': [user('USR1'), call(''), result('TOOL1'), user('USR2')],
  'a reply before a call': [user('USR1'), assistant('ASS1'), call('ASS2'), result('TOOL1')],
};

describe.each(templateNames())('%s', (name) => {
  const guard = new ContentGuard(new SpecialTokenMatcher([]));
  const template = new ChatTemplate(readTemplate(name), { bos: '<s>', eos: '</s>' }, guard);

  it.each(Object.entries(histories))('shows all of a history with %s', (_, messages) => {
    const usesTools = messages.some((message) => message.role === 'tool');
    const ways = [...(template.shape.tools ? [tools] : []), ...(usesTools ? [] : [[]])];
    for (const given of ways) {
      const text = guard.plain(
        template.render({ messages, tools: given, templateOptions: {}, generationPrompt: true, now: new Date() }),
      );
      for (const word of messages.flatMap(({ content }) => content.match(/[A-Z]+\d/g) ?? []))
        expect(text.split(word), word).toHaveLength(2);
    }
  });
});
