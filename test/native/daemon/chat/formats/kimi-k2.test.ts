import { describe, expect, it } from 'vitest';
import { kimiK2 } from '../../../../../native/daemon/chat/formats/kimi-k2.ts';
import { kimiK2Thinking } from '../../../../../native/daemon/chat/formats/kimi-k2-thinking.ts';
import { readInAllWays, readReply } from '../../../../support/daemon/reply-reading.ts';

const call = (id: string, json: string): string =>
  `<|tool_call_begin|>${id}<|tool_call_argument_begin|>${json}<|tool_call_end|>`;
const section = (...calls: string[]): string =>
  `<|tool_calls_section_begin|>${calls.join('')}<|tool_calls_section_end|>`;

describe('Kimi K2', () => {
  it('passes plain text on as it is', () => {
    const read = readInAllWays(kimiK2, "Hello, world!\nWhat's up?\n");
    expect(read).toMatchObject({ text: "Hello, world!\nWhat's up?\n", reasoning: '', calls: [], broken: [] });
  });

  it('reads a call and keeps its id and arguments verbatim', () => {
    const read = readInAllWays(
      kimiK2,
      section(call('functions.read_file:3', '{"path": "src/a.js",  "start_line": 2}')),
    );
    expect(read.calls).toEqual([
      {
        id: 'functions.read_file:3',
        name: 'read_file',
        arguments: '{"path": "src/a.js",  "start_line": 2}',
        repaired: false,
      },
    ]);
    expect(read.text).toBe('');
  });

  it('streams what is certain of the arguments', () => {
    const parser = kimiK2.parser({
      prompt: '',
      tools: [{ name: 'read_file', parameters: {} }],
      nextCallIndex: 0,
      choice: 'auto',
    });
    parser.push(
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path": "sr',
    );
    expect(parser.push('c/a.js<|tool')).toEqual([
      { kind: 'call', index: 0, id: 'functions.read_file:0', name: 'read_file', argumentsText: 'c/a.js' },
    ]);
  });

  it('refuses arguments of which mending would make others', () => {
    const json = '{"path": "a", "old_string": "x = "b", c: "d"", "new_string": "y"}';
    const { calls, broken } = readInAllWays(kimiK2, section(call('functions.edit_file:0', json)));
    expect(calls).toEqual([]);
    expect(broken).toMatchObject([
      {
        name: 'edit_file',
        advice:
          'Error: the arguments of edit_file are not valid JSON. Escape quotes and newlines inside strings, and call it again with a JSON object that has path, old_string, new_string.',
      },
    ]);
    const quoted = '{"path": "a", "old_string": """x""", "new_string": """say "y"\n"""}';
    expect(readInAllWays(kimiK2, section(call('functions.edit_file:0', quoted))).calls).toMatchObject([
      { arguments: '{"path": "a", "old_string": "x", "new_string": "say \\"y\\"\\n"}', repaired: true },
    ]);
  });

  it('reads text before a call, and several calls', () => {
    const read = readInAllWays(
      kimiK2,
      `I look.\n${section(call('functions.read_file:0', '{"path": "a"}'), call('functions.run_tests:1', '{}'))}`,
    );
    expect(read.text).toBe('I look.');
    expect(read.calls.map((one) => one.id)).toEqual(['functions.read_file:0', 'functions.run_tests:1']);
    expect(read.calls.every((one) => !one.repaired)).toBe(true);
  });

  it('reads singular section markers', () => {
    const read = readInAllWays(
      kimiK2,
      `<|tool_call_section_begin|>${call('functions.read_file:0', '{"path": "a"}')}<|tool_call_section_end|>`,
    );
    expect(read.calls).toEqual([
      { id: 'functions.read_file:0', name: 'read_file', arguments: '{"path": "a"}', repaired: false },
    ]);
    expect(read.text).toBe('');
  });

  it('reads a second call when the caller wanted one', () => {
    const text = section(call('functions.run_tests:0', '{}'), call('functions.run_tests:1', '{"target": "b"}'));
    expect(readInAllWays(kimiK2, text, { choice: 'required' }).calls).toHaveLength(2);
  });

  it.each([
    ['the prefix is missing', 'read_file:2', 'functions.read_file:2'],
    ['the index is missing', 'functions.read_file', 'functions.read_file:7'],
    ['only the name is there', 'read_file', 'functions.read_file:7'],
    ['the case is wrong', 'functions.Read_File:4', 'functions.read_file:4'],
    ['the separator is wrong', 'functions.readFile:4', 'functions.read_file:4'],
    ['the id is made up and only one tool fits', 'call_a8Zx0', 'functions.read_file:7'],
  ])('makes a full id when %s', (_, written, id) => {
    const read = readInAllWays(kimiK2, section(call(written, '{"path": "a"}')), { nextCallIndex: 7 });
    expect(read.calls).toEqual([{ id, name: 'read_file', arguments: '{"path": "a"}', repaired: true }]);
  });

  it.each([
    [String.raw`{"path": "C:\Users\x.txt"}`, String.raw`{"path": "C:\\Users\\x.txt"}`],
    ['{"path": "a, "start_line": 2}', '{"path": "a", "start_line": 2}'],
    ['{"path": ""a" b", "start_line": 2}', String.raw`{"path": "\"a\" b", "start_line": 2}`],
    ['{"path": "a}', '{"path": "a"}'],
    ['{"path": "a", "start_line"  2}', '{"path": "a", "start_line":  2}'],
  ])('streams what it answers also where it mends: %s', (written, mended) => {
    const read = readInAllWays(kimiK2, section(call('functions.read_file:0', written)));
    expect(read.calls).toMatchObject([{ arguments: mended, repaired: true }]);
    expect(readReply(kimiK2, [...section(call('functions.read_file:0', written))]).streamed).toEqual([mended]);
  });

  it('makes no call whose mending would change what was streamed', () => {
    const read = readReply(kimiK2, [...section(call('functions.read_file:0', '{"path": "d+"x"}'))]);
    expect([read.calls, read.broken.length]).toEqual([[], 1]);
  });

  it('gives a call that repeats an id one of its own', () => {
    const read = readInAllWays(
      kimiK2,
      section(call('functions.run_tests:0', '{}'), call('functions.run_tests:0', '{}')),
    );
    expect(read.calls.map((one) => one.id)).toEqual(['functions.run_tests:0', 'functions.run_tests:1']);
  });

  it('refuses an unknown tool with a list of those there are', () => {
    const read = readInAllWays(kimiK2, section(call('functions.open_door:0', '{"path": "a"}')));
    expect(read.calls).toEqual([]);
    expect(read.broken).toEqual([
      {
        id: 'functions.open_door:0',
        name: 'open_door',
        text: 'functions.open_door:0 {"path": "a"}',
        advice:
          'Error: there is no tool named open_door. Use one of these: run_tests, read_file, edit_file, update_plan.',
      },
    ]);
  });

  it('says so when there are no tools at all', () => {
    const read = readReply(kimiK2, section(call('functions.read_file:0', '{}')), { tools: [] });
    expect(read.broken[0]?.advice).toBe('Error: no tools can be called here. Answer in plain text.');
  });

  it('refuses calls where none are wanted', () => {
    const read = readInAllWays(kimiK2, section(call('functions.run_tests:0', '{}')), { choice: 'none' });
    expect(read).toMatchObject({
      calls: [],
      broken: [{ advice: 'Error: no tools can be called here. Answer in plain text.' }],
    });
  });

  it.each([
    ['no section', call('functions.read_file:0', '{"path": "a"}')],
    ['no end of the section', `<|tool_calls_section_begin|>${call('functions.read_file:0', '{"path": "a"}')}`],
    [
      'no end of the call',
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path": "a"}',
    ],
    [
      'no begin of the call',
      '<|tool_calls_section_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path": "a"}<|tool_call_end|>',
    ],
    [
      'no separator',
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0{"path": "a"}<|tool_call_end|>',
    ],
    ['a brace too many', section(call('functions.read_file:0', '{"path": "a"}}'))],
    [
      'white space everywhere',
      `<|tool_calls_section_begin|>\n<|tool_call_begin|> functions.read_file:0 <|tool_call_argument_begin|>\n{"path": "a"}\n<|tool_call_end|>\n<|tool_calls_section_end|>\n`,
    ],
    ['a fence', section(call('functions.read_file:0', '```json\n{"path": "a"}\n```'))],
  ])('reads a call with %s', (_, text) => {
    const read = readInAllWays(kimiK2, text);
    expect(read.calls).toMatchObject([{ id: 'functions.read_file:0', name: 'read_file', arguments: '{"path": "a"}' }]);
    expect(read).toMatchObject({ text: '', broken: [] });
  });

  it.each([
    ['a missing brace at the end', '{"path": "a"'],
    ['a missing brace at the start', '"path": "a"}'],
    ['a missing quote', '{"path": "a}'],
    ['single quotes', "{'path': 'a'}"],
    ['bare keys', '{path: "a"}'],
    ['Python literals', '{"path": "a", "start_line": None}'],
    ['a trailing comma', '{"path": "a",}'],
    ['a list around it', '[{"path": "a"}]'],
    ['quotes around it', '"{\\"path\\": \\"a\\"}"'],
  ])('repairs arguments with %s', (_, json) => {
    const read = readInAllWays(kimiK2, section(call('functions.read_file:0', json)));
    expect(read.broken).toEqual([]);
    expect(JSON.parse(read.calls[0]?.arguments ?? '')).toMatchObject({ path: expect.stringMatching(/^a/) });
    expect(read.calls[0]?.repaired).toBe(true);
  });

  it('keeps raw newlines of a string as newlines', () => {
    const read = readInAllWays(
      kimiK2,
      section(call('functions.edit_file:0', '{"path": "a", "old_string": "x\ny", "new_string": "z"}')),
    );
    expect(JSON.parse(read.calls[0]?.arguments ?? '')).toEqual({ path: 'a', old_string: 'x\ny', new_string: 'z' });
  });

  it('takes a missing argument object as none', () => {
    const read = readInAllWays(
      kimiK2,
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.run_tests:0<|tool_call_end|><|tool_calls_section_end|>',
    );
    expect(read.calls).toMatchObject([{ name: 'run_tests', arguments: '{}' }]);
  });

  it.each([
    ['prose', 'the file please'],
    ['a list', '["a", "b"]'],
    ['a number', '5'],
  ])('refuses arguments that are %s, with what is expected', (_, json) => {
    const read = readInAllWays(kimiK2, section(call('functions.read_file:0', json)));
    expect(read.calls).toEqual([]);
    expect(read.broken[0]?.advice).toBe(
      'Error: the arguments of read_file are not a JSON object. Call it again with a JSON object that has path.',
    );
    expect(read.broken[0]?.text).toContain(json);
  });

  it('does not make a call of repaired arguments that lack something', () => {
    const read = readInAllWays(kimiK2, section(call('functions.edit_file:0', '{"path": "a", "old_string": "b')));
    expect(read.broken[0]?.advice).toBe(
      'Error: the arguments of edit_file lack new_string. Call it again with a JSON object that has path, old_string, new_string.',
    );
  });

  it('never makes a call of what was cut by length', () => {
    const whole = section(
      call('functions.edit_file:0', '{"path": "a", "old_string": "b", "new_string": "c<|tool_call_end|>d"}'),
    );
    for (let length = 1; length < whole.length - '}<|tool_call_end|><|tool_calls_section_end|>'.length; length += 1) {
      const read = readReply(kimiK2, whole.slice(0, length), { truncated: true });
      expect(read.calls).toEqual([]);
      expect(read.broken.length).toBeLessThan(2);
    }
    expect(readReply(kimiK2, whole.slice(0, 120), { truncated: true }).broken[0]?.advice).toBe(
      'Error: the call of edit_file was cut off before its end and was not made. Make it again, in smaller parts if it is long.',
    );
  });

  it('makes a call whose arguments were complete when it was cut', () => {
    const text =
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path": "a"}<|tool_ca';
    expect(readInAllWays(kimiK2, text, { truncated: true }).calls).toHaveLength(1);
  });

  it('takes markers inside an argument string as content', () => {
    const json = '{"path": "a", "old_string": "<|tool_call_end|>", "new_string": "<|tool_calls_section_begin|>"}';
    const read = readInAllWays(
      kimiK2,
      section(call('functions.edit_file:0', json), call('functions.run_tests:1', '{}')),
    );
    expect(read.calls.map((one) => one.arguments)).toEqual([json, '{}']);
  });

  it('reads the calls after one whose string never ends', () => {
    const read = readInAllWays(
      kimiK2,
      section(call('functions.read_file:0', '{"path": "a}'), call('functions.run_tests:1', '{}')),
    );
    expect(read.calls.map((one) => one.name)).toEqual(['read_file', 'run_tests']);
  });

  it('shows text after the calls and drops stray markers', () => {
    const read = readInAllWays(
      kimiK2,
      `A<|tool_call_end|>${section(call('functions.run_tests:0', '{}'))}\nB<|tool_calls_section_end|>`,
    );
    expect(read.text).toBe('A\nB');
    expect(read.calls).toHaveLength(1);
  });

  it('shows prose in a section', () => {
    expect(readInAllWays(kimiK2, '<|tool_calls_section_begin|>I would rather talk.').text).toBe('I would rather talk.');
  });

  it('leaves think tags in prose alone', () => {
    expect(readInAllWays(kimiK2, 'Use <think> and </think>.').text).toBe('Use <think> and </think>.');
  });
});

describe('Kimi K2 Thinking', () => {
  it('reads reasoning, text and a call', () => {
    const read = readInAllWays(
      kimiK2Thinking,
      `<think>\nI need a file.\n</think>\n\nI look. ${section(call('functions.read_file:0', '{"path": "a"}'))}`,
    );
    expect(read).toMatchObject({ reasoning: 'I need a file.', text: 'I look.' });
    expect(read.calls).toHaveLength(1);
  });

  it('reads calls inside reasoning that never ends', () => {
    const read = readInAllWays(
      kimiK2Thinking,
      `<think>I need two${section(call('functions.read_file:0', '{"path": "a"}'), call('functions.run_tests:1', '{}'))}`,
    );
    expect(read).toMatchObject({ reasoning: 'I need two', text: '' });
    expect(read.calls).toHaveLength(2);
  });

  it('goes on with reasoning after a call that was only considered, and numbers the next as if it were none', () => {
    const written = section(call('functions.run_tests:0', '{}'));
    const read = readInAllWays(kimiK2Thinking, `<think>one${written} two</think>Done.${written}`);
    expect(read).toMatchObject({
      reasoning: `one${written} two`,
      text: 'Done.',
      calls: [{ id: 'functions.run_tests:0', repaired: false }],
    });
  });

  it('reads calls inside reasoning without section and end markers', () => {
    const text =
      '<think>I need<|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path": "a"}<|tool_call_begin|>functions.run_tests:1<|tool_call_argument_begin|>{}';
    expect(readInAllWays(kimiK2Thinking, text).calls.map((one) => one.id)).toEqual([
      'functions.read_file:0',
      'functions.run_tests:1',
    ]);
  });

  it('begins in reasoning when the prompt opened it', () => {
    const read = readInAllWays(kimiK2Thinking, 'hm\n</think>\n\n  Indented', {
      prompt: '<|im_assistant|>assistant<|im_middle|><think>\n',
    });
    expect(read).toMatchObject({ reasoning: 'hm', text: '  Indented' });
  });
});
