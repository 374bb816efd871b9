import { describe, expect, it } from 'vitest';
import { prompted } from '../../../../../native/daemon/chat/formats/prompted.ts';
import type { ChatMessage } from '../../../../../native/protocol/chat.ts';
import { readInAllWays, sampleTools } from '../../../../support/daemon/reply-reading.ts';

const good = '{"name": "read_file", "arguments": {"path": "a"}}';

describe('prompted calls', () => {
  it.each([
    ['tags', `I look.\n<tool_call>\n${good}\n</tool_call>`],
    ['a fence of their own', `I look.\n\`\`\`tool_call\n${good}\n\`\`\``],
    ['a JSON fence', `I look.\n\`\`\`json\n${good}\n\`\`\``],
    ['a fence in tags', `I look.\n<tool_call>\n\`\`\`json\n${good}\n\`\`\`\n</tool_call>`],
  ])('are read in %s', (_, text) => {
    const read = readInAllWays(prompted, text);
    expect(read).toMatchObject({ text: 'I look.', broken: [] });
    expect(read.calls).toMatchObject([{ name: 'read_file', arguments: '{"path": "a"}' }]);
  });

  it('leaves other fences alone', () => {
    for (const text of [
      'So:\n```json\n{"a": 1}\n```\nThat is it.',
      '```json\n[1, 2]\n```',
      '```js\nlet a;\n```',
      '```json\n{"name": "Bob"}\n```',
      '```json\nnothing',
    ]) {
      expect(readInAllWays(prompted, text)).toMatchObject({ text, calls: [], broken: [] });
    }
  });

  it('are described in the system message', () => {
    const [system] = prompted.promptMessages!([], sampleTools.slice(0, 1));
    expect(typeof system?.content === 'string' && system.content.split('\n')).toEqual([
      'You can use these tools:',
      '',
      '<tools>',
      '{"name":"run_tests","parameters":{"type":"object","properties":{"target":{"type":"string"}}}}',
      '</tools>',
      '',
      'To use a tool, write its name and arguments as JSON in this form, and then stop:',
      '',
      '<tool_call>',
      '{"name": "tool name", "arguments": {"argument": "value"}}',
      '</tool_call>',
      '',
      'The result comes in the next message, in <tool_response>. Use one tool at a time, only tools from the list, and never invent a result.',
    ]);
  });

  it('and their results become plain messages with alternating roles', () => {
    const messages: ChatMessage[] = [
      { role: 'system', content: 'Be brief.' },
      { role: 'user', content: 'Fix it.' },
      { role: 'assistant', content: 'I look.', toolCalls: [{ id: 'call_0', name: 'run_tests', arguments: '{}' }] },
      { role: 'tool', content: '4 passed', toolCallId: 'call_0', name: 'run_tests' },
      { role: 'user', content: 'And?' },
    ];
    const plain = prompted.promptMessages!(messages, sampleTools);
    expect(plain[0]?.content.startsWith('Be brief.\n\nYou can use these tools:')).toBe(true);
    expect(plain.slice(1)).toEqual([
      { role: 'user', content: 'Fix it.' },
      { role: 'assistant', content: 'I look.\n<tool_call>\n{"name": "run_tests", "arguments": {}}\n</tool_call>' },
      { role: 'user', content: '<tool_response>\n4 passed\n</tool_response>\nAnd?' },
    ]);
  });

  it('need no system message when there are no tools', () => {
    expect(prompted.promptMessages!([{ role: 'user', content: 'Hi' }], [])).toEqual([{ role: 'user', content: 'Hi' }]);
  });
});
