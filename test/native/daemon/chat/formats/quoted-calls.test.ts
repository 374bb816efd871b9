import { describe, expect, it } from 'vitest';
import { toolFormats } from '../../../../../native/daemon/chat/formats/registry.ts';
import type { ToolFormat } from '../../../../../native/daemon/chat/formats/tool-format.ts';
import { familyReplies } from '../../../../support/daemon/family-replies.ts';
import { readInAllWays, readReply } from '../../../../support/daemon/reply-reading.ts';

/** A call of read_file, of families whose replies are not in family-replies.ts. */
const ownCalls: Readonly<Record<string, string>> = {
  'kimi-k2':
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path": "a"}<|tool_call_end|><|tool_calls_section_end|>',
  'kimi-k2-thinking':
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path": "a"}<|tool_call_end|><|tool_calls_section_end|>',
  'deepseek-v3.1':
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>read_file<｜tool▁sep｜>{"path": "a"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  'deepseek-v3':
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read_file\n```json\n{"path": "a"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  'qwen3-coder': '<tool_call>\n<function=read_file>\n<parameter=path>\na\n</parameter>\n</function>\n</tool_call>',
  glm: '<tool_call>read_file\n<arg_key>path</arg_key>\n<arg_value>a</arg_value>\n</tool_call>',
  'hermes-qwen': '<tool_call>\n{"name": "read_file", "arguments": {"path": "a"}}\n</tool_call>',
  prompted: '<tool_call>\n{"name": "read_file", "arguments": {"path": "a"}}\n</tool_call>',
};

/** A call without what stands before it in the family's sample. */
function callOf(name: string): string | undefined {
  return (
    ownCalls[name] ?? familyReplies[name]?.one.replace(/^(?:<think>hm<\/think>|<seed:think>hm<\/seed:think>)\s*/, '')
  );
}

/** Messages of these are for a tool or for the user: there a call cannot be a mention. Llama 3 has no mark of calls. */
const addressed = ['gpt-oss', 'muse-glimmer', 'llama3'];
const families = toolFormats.filter(({ name }) => !addressed.includes(name));

describe.each(families.map((format) => [format.name, format] as const))('a call of %s', (name, format) => {
  const call = callOf(name) ?? '';
  const { open = '', close: [close = ''] = [] } = format.reasoning ?? {};
  const thoughts = (text: string): string => `${open}${name === 'gemma-4' ? '\n' : ''}${text}`;

  it('that ends reasoning is made, whether the mark of its end comes or not', () => {
    for (const end of ['', close]) {
      const read = readInAllWays(format, thoughts(`hm ${call}${end}`));
      expect([end, read]).toMatchObject([
        end,
        { text: '', reasoning: 'hm', broken: [], calls: [{ name: 'read_file' }] },
      ]);
    }
  });

  it('that reasoning goes on after is a part of it', () => {
    const rest = [`${call} or not${close}`, `${call}${close}`];
    for (const written of rest) {
      const read = readInAllWays(format, thoughts(`hm ${written}\nfine`));
      expect(read).toMatchObject({ text: 'fine', broken: [], calls: [], started: [] });
      expect(read.reasoning).toBe(`hm ${written.slice(0, -close.length)}`.trimEnd());
    }
  });

  it('that another follows after reasoning is a part of it, and the other one is made', () => {
    const read = readInAllWays(format, `${thoughts(`hm ${call}${close}`)}${call}`);
    expect(read).toMatchObject({ text: '', broken: [], calls: [{ name: 'read_file', repaired: false }] });
    expect(read.calls).toHaveLength(1);
  });

  it('that does not fit its schema at the end of reasoning is broken', () => {
    const read = readInAllWays(format, thoughts(`hm ${call.replace('path', 'file')}`));
    expect(read).toMatchObject({ text: '', calls: [], broken: [{ name: 'read_file' }] });
    expect(read.broken[0]?.advice).toContain(
      'do not fit its parameters. Call it again with a JSON object that has path',
    );
  });

  it('in a block of code is text', () => {
    for (const end of ['\n```', '\n```\nIs that clear?']) {
      const text = `So:\n\`\`\`xml\n${call}${end}`;
      expect(readInAllWays(format, text)).toMatchObject({ text, reasoning: '', broken: [], calls: [], started: [] });
    }
  });

  it('that ends within its arguments is not made, whether the reply was cut or the model stopped there', () => {
    const long = call.replace(/(?<![A-Za-z_])a(?![A-Za-z_:])/, 'wxyz');
    const end = long.indexOf('wxyz') + 'wxyz'.length;
    for (let length = 1; length <= end; length += 1) {
      for (const truncated of [false, true]) {
        const read = readReply(format, long.slice(0, length), { truncated });
        expect([long.slice(0, length), read.calls]).toEqual([long.slice(0, length), []]);
        if (length === end) expect(read.broken).toMatchObject([{ name: 'read_file' }]);
      }
    }
  });

  it('after a block of code is a call', () => {
    const read = readInAllWays(format, `So:\n\`\`\`js\na();\n\`\`\`\n${call}`);
    expect(read).toMatchObject({ text: 'So:\n```js\na();\n```', broken: [], calls: [{ name: 'read_file' }] });
  });
});

it('a call in code within a line is text, and none where a line only has a backtick', () => {
  const { hermes } = { hermes: toolFormats.find(({ name }) => name === 'hermes-qwen') as ToolFormat };
  const call = '<tool_call>{"name": "run_tests", "arguments": {}}</tool_call>';
  const quoted = `Write \`${call}\` for it.`;
  expect(readInAllWays(hermes, quoted)).toMatchObject({ text: quoted, calls: [], broken: [] });
  expect(readInAllWays(hermes, `It\`s it.\n${call}`)).toMatchObject({
    text: 'It`s it.',
    calls: [{ name: 'run_tests' }],
  });
});
