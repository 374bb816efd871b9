import { describe, expect, it } from 'vitest';
import { read, refusal, user } from '../../../../../support/daemon/chat-bodies.ts';

describe('messages', () => {
  it('are not read when there are too many', () => {
    let looks = 0;
    const counted = {
      get role(): string {
        looks += 1;
        return 'user';
      },
      content: 'a',
    };
    const messages = Array.from({ length: 130_000 }, () => counted);
    expect(refusal({ messages })).toMatchObject({ field: 'messages' });
    expect(() => read({ messages })).toThrow('Expected at most 8192 messages');
    // Once each time, for how deep the body is nested.
    expect(looks).toBeLessThanOrEqual(2 * messages.length);
    expect(read({ messages: messages.slice(0, 8192) }).messages).toHaveLength(8192);
    const tool = { type: 'function', function: { name: 'f' } };
    expect(refusal({ messages: [counted], tools: Array.from({ length: 513 }, () => tool) })).toMatchObject({
      field: 'tools',
    });
  });

  it('puts text parts on lines of their own, reads developer as system and null content as empty', () => {
    const { messages } = read({
      messages: [
        {
          role: 'developer',
          content: [
            { type: 'text', text: 'a' },
            { type: 'text', text: 'b' },
          ],
        },
        { role: 'user', content: 'c', name: 'Ann' },
        { role: 'assistant', content: null, reasoning_content: 'why' },
        { role: 'assistant', content: 'd', reasoning: 'because' },
      ],
    });
    expect(messages).toEqual([
      { role: 'system', content: 'a\nb' },
      { role: 'user', content: 'c' },
      { role: 'assistant', content: '', reasoning: 'why' },
      { role: 'assistant', content: 'd', reasoning: 'because' },
    ]);
  });

  it('keeps the ids of calls and looks up the name of a result', () => {
    const { messages } = read({
      messages: [
        user,
        {
          role: 'assistant',
          content: '',
          tool_calls: [
            {
              id: 'functions.get_weather:0',
              type: 'function',
              function: { name: 'get_weather', arguments: '{"city": "Rome"}' },
            },
          ],
        },
        { role: 'tool', tool_call_id: 'functions.get_weather:0', content: 'sunny' },
        { role: 'tool', tool_call_id: 'call_x', name: 'other', content: [{ type: 'text', text: 'rain' }] },
        { role: 'tool', tool_call_id: 'functions.read_file:3', content: 'text' },
      ],
    });
    expect(messages.slice(1)).toEqual([
      {
        role: 'assistant',
        content: '',
        toolCalls: [{ id: 'functions.get_weather:0', name: 'get_weather', arguments: '{"city": "Rome"}' }],
      },
      { role: 'tool', toolCallId: 'functions.get_weather:0', name: 'get_weather', content: 'sunny' },
      { role: 'tool', toolCallId: 'call_x', name: 'other', content: 'rain' },
      { role: 'tool', toolCallId: 'functions.read_file:3', name: 'read_file', content: 'text' },
    ]);
  });

  it('pairs results with calls in their order where ids are missing', () => {
    const made = (name: string, id?: string | null): object => ({ id, function: { name, arguments: '{}' } });
    const { messages } = read({
      messages: [
        user,
        { role: 'assistant', tool_calls: [made('a'), made('b', ''), made('a', null)] },
        { role: 'tool', content: 'first' },
        { role: 'tool', content: 'third', name: 'a', tool_call_id: null },
        { role: 'tool', content: 'second', tool_call_id: '' },
      ],
    });
    const ids = ['functions.a:0', 'functions.b:1', 'functions.a:2'];
    expect(messages[1]).toMatchObject({ toolCalls: ids.map((id) => ({ id })) });
    expect(messages.slice(2)).toEqual([
      { role: 'tool', content: 'first', name: 'a', toolCallId: ids[0] },
      { role: 'tool', content: 'third', name: 'a', toolCallId: ids[2] },
      { role: 'tool', content: 'second', name: 'b', toolCallId: ids[1] },
    ]);
    expect(refusal({ messages: [user, { role: 'tool', content: 'x', name: 'a' }] }).field).toBe(
      'messages[1].tool_call_id',
    );
  });

  it('refuses what is not text, with the part that is wrong', () => {
    const image = { type: 'image_url', image_url: { url: 'data:' } };
    expect(refusal({ messages: [{ role: 'user', content: [{ type: 'text', text: 'see' }, image] }] })).toEqual({
      field: 'messages[0].content[1]',
      message: 'messages[0].content[1]: This model reads text only: images cannot be sent. Send parts of type "text".',
    });
    expect(refusal({ messages: [{ role: 'user', content: 7 }] }).field).toBe('messages[0].content');
    expect(refusal({ messages: [{ role: 'user', content: [{ type: 'text' }] }] }).field).toBe(
      'messages[0].content[0].text',
    );
  });

  it('reads a refusal in an earlier answer as text, and takes what clients leave null', () => {
    const answer = {
      role: 'assistant',
      content: [{ type: 'refusal', refusal: 'no' }],
      tool_calls: null,
      function_call: null,
      refusal: null,
      audio: null,
      annotations: [],
    };
    expect(read({ messages: [user, answer, user] }).messages[1]).toEqual({ role: 'assistant', content: 'no' });
  });

  it('refuses to go on with the last message, under every name of it, and takes an answer as the last message', () => {
    const begun = { role: 'assistant', content: 'One, two' };
    for (const name of ['partial', 'prefix'])
      expect(refusal({ messages: [user, { ...begun, [name]: true }] })).toMatchObject({
        field: `messages[1].${name}`,
        message: expect.stringContaining('not continued'),
      });
    expect(refusal({ messages: [user, begun], continue_final_message: true }).field).toBe('continue_final_message');
    expect(
      read({ messages: [user, { ...begun, prefix: false, partial: null }], continue_final_message: false }).messages.at(
        -1,
      ),
    ).toEqual(begun);
  });

  it('refuses the older form of calls and says what to send', () => {
    expect(
      refusal({
        messages: [user, { role: 'assistant', content: null, function_call: { name: 'f', arguments: '{}' } }],
      }),
    ).toMatchObject({ field: 'messages[1].function_call', message: expect.stringContaining('"tool_calls"') });
    expect(refusal({ messages: [user, { role: 'function', name: 'f', content: '' }] })).toMatchObject({
      field: 'messages[1].role',
      message: expect.stringContaining('"tool"'),
    });
  });

  const wrong: [string, unknown, string][] = [
    ['no messages', [], 'messages'],
    ['an unknown role', [{ role: 'function', content: '' }], 'messages[0].role'],
    ['a question without content', [{ role: 'user' }], 'messages[0].content'],
    ['a result without a call', [user, { role: 'tool', content: 'x' }], 'messages[1].tool_call_id'],
    [
      'a result of an unknown call',
      [user, { role: 'tool', content: 'x', tool_call_id: 'call_9' }],
      'messages[1].tool_call_id',
    ],
    [
      'a call without a name',
      [user, { role: 'assistant', tool_calls: [{ id: 'a', function: {} }] }],
      'messages[1].tool_calls[0].function.name',
    ],
  ];
  it.each(wrong)('refuses %s and names the field', (_what, messages, field) => {
    expect(refusal({ messages }).field).toBe(field);
  });
});
