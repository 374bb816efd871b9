import * as fc from '../../../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { objectLists } from '../../../../../native/daemon/chat/formats/object-lists.ts';
import { toolFormats } from '../../../../../native/daemon/chat/formats/registry.ts';
import type { ToolFormat } from '../../../../../native/daemon/chat/formats/tool-format.ts';
import { casesOf } from '../../../../support/case-counts.ts';
import { familyReplies } from '../../../../support/daemon/family-replies.ts';
import { cutAt, type ReadReply, readReply } from '../../../../support/daemon/reply-reading.ts';

/** A good reply of each family, to be broken. */
const good: Readonly<Record<string, string>> = {
  ...Object.fromEntries(Object.entries(familyReplies).map(([name, { good }]) => [name, good])),
  'kimi-k2':
    'w1 w2<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path": "w3"}<|tool_call_end|><|tool_call_begin|>functions.run_tests:1<|tool_call_argument_begin|>{"target": "w4 w5"}<|tool_call_end|><|tool_calls_section_end|>',
  'kimi-k2-thinking':
    '<think>w1</think>w2<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path": "w3"}<|tool_call_end|><|tool_calls_section_end|>',
  'gpt-oss':
    '<|channel|>analysis<|message|>w1<|end|><|start|>assistant<|channel|>commentary<|message|>w2<|end|><|start|>assistant<|channel|>commentary to=functions.read_file <|constrain|>json<|message|>{"path": "w3 w4"}<|call|>',
  'deepseek-v3.1':
    '<think>w1</think>w2<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>read_file<｜tool▁sep｜>{"path": "w3"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  'deepseek-v3':
    '<think>w1</think>w2<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read_file\n```json\n{"path": "w3"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
  'qwen3-coder':
    '<think>\nw1\n</think>\nw2\n<tool_call>\n<function=edit_file>\n<parameter=path>\nw3\n</parameter>\n<parameter=old_string>\nw4\n</parameter>\n<parameter=new_string>\nw5\n</parameter>\n</function>\n</tool_call>',
  glm: '\n<think>w1</think>\nw2\n<tool_call>read_file\n<arg_key>path</arg_key>\n<arg_value>w3</arg_value>\n</tool_call>',
  'hermes-qwen':
    '<think>\nw1\n</think>\n\nw2\n<tool_call>\n{"name": "read_file", "arguments": {"path": "w3"}}\n</tool_call>\n<tool_call>\n{"name": "run_tests", "arguments": {"target": "w4"}}\n</tool_call>',
  llama3: '{"name": "read_file", "parameters": {"path": "w3"}}; {"name": "run_tests", "parameters": {"target": "w4"}}',
  prompted:
    'w2\n```tool_call\n{"name": "read_file", "arguments": {"path": "w3"}}\n```\n<tool_call>\n{"name": "run_tests", "arguments": {"target": "w4"}}\n</tool_call>',
};

const structure = [
  '{',
  '}',
  '"',
  "'",
  ':',
  ',',
  '[',
  ']',
  '\n',
  ' ',
  '<',
  '>',
  '|',
  '```',
  '\\',
  'read_file',
  'name',
  'arguments',
  'to=',
  '{"path": "',
  '"}',
  '<function=',
  '<parameter=path>',
  '</parameter>',
  '</function>',
];

function pieces(format: ToolFormat): fc.Arbitrary<string> {
  const marker = fc.constantFrom(...format.markers, ...structure);
  const word = fc.integer({ min: 100, max: 999 }).map((number) => ` w${number} `);
  return fc
    .array(fc.oneof(marker, word, fc.string({ unit: 'binary', maxLength: 3 })), { maxLength: 24 })
    .map((parts) => parts.join(''));
}

/** The good reply with parts cut out, doubled, exchanged or put in. */
function mutated(format: ToolFormat): fc.Arbitrary<string> {
  const text = good[format.name] ?? '';
  const change = fc.record({
    at: fc.nat(text.length),
    length: fc.nat(30),
    insert: fc.oneof(fc.constant(''), pieces(format)),
    keep: fc.boolean(),
  });
  return fc
    .array(change, { minLength: 1, maxLength: 4 })
    .map((changes) =>
      changes.reduce(
        (now, { at, length, insert, keep }) =>
          now.slice(0, at) + insert + (keep ? now.slice(at) : now.slice(at + length)),
        text,
      ),
    );
}

function all(read: ReadReply): string {
  const calls = read.calls.map((call) => `${call.id} ${call.name} ${call.arguments}`);
  return [
    read.text,
    read.reasoning,
    ...calls,
    ...read.streamed,
    ...read.broken.map((one) => `${one.text} ${one.id} ${one.name}`),
  ].join('\n');
}

describe.each(toolFormats.map((format) => [format.name, format] as const))('any reply of %s', (name, format) => {
  const replies = fc.oneof(pieces(format), mutated(format), fc.string({ unit: 'binary' }));

  it('reads its good reply', () => {
    const read = readReply(format, good[name] ?? '');
    expect(read.broken).toEqual([]);
    expect(read.calls.length).toBeGreaterThan(0);
    expect(read.calls.every((call) => !call.repaired)).toBe(true);
  });

  it('is read without throwing, and the same in any pieces', () => {
    fc.assert(
      fc.property(replies, fc.array(fc.nat(400), { maxLength: 8 }), fc.boolean(), (text, cuts, truncated) => {
        const whole = readReply(format, text, { truncated });
        expect(
          readReply(
            format,
            cutAt(
              text,
              cuts.map((cut) => Math.min(cut, text.length)),
            ),
            { truncated },
          ),
        ).toEqual(whole);
        expect(readReply(format, text.split(''), { truncated })).toEqual(whole);
      }),
      { numRuns: casesOf('mutated replies') },
    );
  });

  it('gives calls that can be made, and advice for the others', () => {
    fc.assert(
      fc.property(replies, (text) => {
        const read = readReply(format, text);
        for (const call of read.calls) {
          expect(JSON.parse(call.arguments)).toBeTypeOf('object');
          expect(['run_tests', 'read_file', 'edit_file', 'update_plan']).toContain(call.name);
        }
        expect(new Set(read.calls.map((call) => call.id)).size).toBe(read.calls.length);
        for (const broken of read.broken) expect(broken.advice).toMatch(/^Error: [^\n]+\.$/);
        read.streamed.forEach((streamed, index) => {
          const call = read.calls[index];
          if (read.broken.length === 0 && call && !call.repaired) expect(streamed).toBe(call.arguments);
        });
      }),
      { numRuns: casesOf('mutated replies') },
    );
  });

  it('loses no word', () => {
    const words = fc.array(
      fc.oneof(
        fc.constantFrom(...format.markers),
        fc.integer({ min: 100, max: 999 }).map((number) => ` w${number} `),
      ),
      { maxLength: 14 },
    );
    // An object with a name may have members that are no part of the call.
    const loose = ['hermes-qwen', 'llama3', 'prompted', ...objectLists.map((list) => list.name)].includes(name);
    fc.assert(
      fc.property(
        loose
          ? words.map((parts) => parts.join(''))
          : fc.oneof(
              words.map((parts) => parts.join('')),
              mutated(format),
            ),
        (text) => {
          const read = all(readReply(format, text));
          for (const word of text.match(/(?<=[\s">])w\d+(?=[\s"<])/g) ?? []) expect(read).toContain(word);
        },
      ),
      { numRuns: casesOf('mutated replies') },
    );
  });

  it('never shows a marker in text', () => {
    const parts = fc.array(
      fc.oneof(fc.constantFrom(...format.markers), fc.constantFrom(' a ', 'b', '{', '}', '"', '\n')),
      { maxLength: 14 },
    );
    fc.assert(
      fc.property(parts, (list) => {
        const { text } = readReply(format, list.join(''));
        for (const marker of format.markers) expect(text).not.toContain(marker);
      }),
      { numRuns: casesOf('mutated replies') },
    );
  });
});
