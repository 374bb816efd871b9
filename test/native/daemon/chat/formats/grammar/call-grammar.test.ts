import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { ChatModel } from '../../../../../../native/daemon/chat/chat-model.ts';
import { kimiMarkers } from '../../../../../../native/daemon/chat/formats/reading/kimi-calls.ts';
import { kimiK2 } from '../../../../../../native/daemon/chat/formats/kimi-k2.ts';
import { toolFormats } from '../../../../../../native/daemon/chat/formats/registry.ts';
import type {
  GrammarRequest,
  ToolFormat,
  ToolGrammar,
} from '../../../../../../native/daemon/chat/formats/tool-format.ts';
import { answerRule, responseGrammar } from '../../../../../../native/daemon/chat/schema/response-grammar.ts';
import { Vocabulary } from '../../../../../../native/daemon/chat/vocabulary.ts';
import type { NativeEngine } from '../../../../../../native/addon/contract.ts';
import { tools as agentTools } from '../../../../../support/extension/compact-tools.ts';
import { familyReplies } from '../../../../../support/daemon/family-replies.ts';
import { GbnfMatcher } from '../../../../../support/daemon/gbnf-matcher.ts';
import { readReply, sampleTools } from '../../../../../support/daemon/reply-reading.ts';
import { greedy, Nano, runAlone } from '../../../../addon/engine-harness.ts';

interface Transcript {
  readonly messages: readonly {
    readonly role: string;
    readonly content: string;
    readonly tool_calls?: readonly { readonly id: string; readonly function: { readonly arguments: string } }[];
  }[];
}

const transcripts = JSON.parse(
  readFileSync(new URL('../../../../../fixtures/nano-transcripts.json', import.meta.url), 'utf8'),
) as readonly Transcript[];

const request = (changes: Partial<GrammarRequest> = {}): GrammarRequest => ({
  tools: sampleTools,
  choice: 'required',
  parallel: true,
  prompt: '',
  ...changes,
});

/** What each family may write: one call, two calls, and texts that its grammar must not admit. */
const samples: Readonly<Record<string, { one: string; two?: string; bad: readonly string[] }>> = {
  ...familyReplies,
  'kimi-k2': {
    one: '<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:12<|tool_call_argument_begin|>{"path": "a", "start_line": 3}<|tool_call_end|><|tool_calls_section_end|>',
    two: '<|tool_calls_section_begin|>\n<|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path": "a"}<|tool_call_end|><|tool_call_begin|>functions.run_tests:1<|tool_call_argument_begin|>{}<|tool_call_end|>\n<|tool_calls_section_end|>',
    bad: [
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.open_door:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>',
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>',
      '<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path": 1}<|tool_call_end|><|tool_calls_section_end|>',
      '<|tool_calls_section_begin|><|tool_calls_section_end|>',
    ],
  },
  'kimi-k2-thinking': {
    one: '<think>hm <</think><|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path": "a"}<|tool_call_end|><|tool_calls_section_end|>',
    bad: [
      'hm<|tool_calls_section_begin|><|tool_call_begin|>functions.run_tests:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|>',
    ],
  },
  'gpt-oss': {
    one: '<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>commentary to=functions.read_file <|constrain|>json<|message|>{"path": "a"}',
    bad: [
      '<|channel|>final<|message|>Hi',
      '<|channel|>commentary to=functions.open_door<|message|>{}',
      '<|channel|>commentary to=functions.read_files<|message|>{"path": "a"}',
    ],
  },
  'deepseek-v3.1': {
    one: '<think>\nhm</think>\n\n<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>read_file<｜tool▁sep｜>{"path": "a"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    two: '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>run_tests<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁call▁begin｜>run_tests<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    bad: [
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>read_file<｜tool▁sep｜>{}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    ],
  },
  'deepseek-v3': {
    one: '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read_file\n```json\n{"path": "a"}\n```<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    bad: [
      '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>function<｜tool▁sep｜>read_file\n{"path": "a"}<｜tool▁call▁end｜><｜tool▁calls▁end｜>',
    ],
  },
  'qwen3-coder': {
    one: '<tool_call>\n<function=edit_file>\n<parameter=path>\na </b\n</parameter>\n<parameter=old_string>\n\n</parameter>\n<parameter=new_string>\nb\nc\n</parameter>\n<parameter=replace_all>\nTrue\n</parameter>\n</function>\n</tool_call>',
    two: '<tool_call>\n<function=run_tests>\n</function>\n</tool_call>\n<tool_call>\n<function=run_tests>\n</function>\n</tool_call>',
    bad: [
      '<tool_call>\n<function=read_file>\n</function>\n</tool_call>',
      '<tool_call>\n<function=edit_file>\n<parameter=path>\na\n</parameter>\n<parameter=old_string>\nb\n</parameter>\n<parameter=new_string>\nc\n</parameter>\n<parameter=replace_all>\nmaybe\n</parameter>\n</function>\n</tool_call>',
    ],
  },
  glm: {
    one: '\n<think>hm</think>\n<tool_call>read_file\n<arg_key>path</arg_key>\n<arg_value>a < b</arg_value>\n<arg_key>start_line</arg_key>\n<arg_value>3</arg_value>\n</tool_call>',
    two: '<tool_call>run_tests\n</tool_call>\n<tool_call>run_tests</tool_call>',
    bad: [
      '<tool_call>read_file\n</tool_call>',
      '<tool_call>read_file\n<arg_key>path</arg_key>\n<arg_value>a</arg_value>\n<arg_key>start_line</arg_key>\n<arg_value>x</arg_value>\n</tool_call>',
    ],
  },
  'hermes-qwen': {
    one: '<think>\nhm\n</think>\n\n<tool_call>\n{"name": "read_file", "arguments": {"path": "a"}}\n</tool_call>',
    two: '<tool_call>\n{"name": "run_tests", "arguments": {}}\n</tool_call>\n<tool_call>\n{"name": "run_tests", "arguments": {"target": "x"}}\n</tool_call>',
    bad: [
      '<tool_call>\n{"name": "open_door", "arguments": {}}\n</tool_call>',
      '<tool_call>\n{"name": "read_file", "arguments": {}}\n</tool_call>',
    ],
  },
  llama3: {
    one: '{"name": "read_file", "parameters": {"path": "a"}}',
    two: '{"name": "run_tests", "parameters": {}}; {"name": "run_tests", "parameters": {}}',
    bad: ['{"name": "open_door", "parameters": {}}', 'Hi'],
  },
  prompted: {
    one: '<tool_call>\n{"name": "read_file", "arguments": {"path": "a"}}\n</tool_call>',
    two: '<tool_call>{"name": "run_tests", "arguments": {}}</tool_call>\n<tool_call>{"name": "run_tests", "arguments": {}}</tool_call>',
    bad: ['<tool_call>\n{"name": "read_file", "arguments": {"path": 1}}\n</tool_call>'],
  },
};

/** What must stand before an answer. */
const answerMarks: Readonly<Record<string, string>> = { 'muse-glimmer': ' to=user<|message|>' };

function grammarOf(format: ToolFormat, changes: Partial<GrammarRequest> = {}): ToolGrammar {
  const grammar = format.grammar(request(changes));
  if (!grammar) throw new Error('no grammar');
  return grammar;
}

const matcherOf = (format: ToolFormat, changes: Partial<GrammarRequest> = {}): GbnfMatcher =>
  new GbnfMatcher(grammarOf(format, changes).gbnf);

describe.each(toolFormats.map((format) => [format.name, format] as const))('the grammar of %s', (name, format) => {
  const { one, two, bad } = samples[name] ?? { one: '', bad: [] };

  it('admits calls by their schemas and nothing else', () => {
    const matcher = matcherOf(format);
    expect([one, matcher.matches(one)]).toEqual([one, true]);
    for (const text of bad) expect([text, matcher.matches(text)]).toEqual([text, false]);
    expect(matcher.matches('')).toBe(false);
    expect(matcher.matches('Hello')).toBe(false);
  });

  it('admits what the parser reads without repair', () => {
    const read = readReply(format, one);
    expect(read).toMatchObject({ text: '', broken: [] });
    expect(read.calls).toMatchObject([{ repaired: false }]);
  });

  it('admits a second call only when calls may be parallel', () => {
    if (two === undefined) return;
    expect(matcherOf(format).matches(two)).toBe(true);
    expect(matcherOf(format, { parallel: false }).matches(two)).toBe(false);
  });

  it('admits only the named tool', () => {
    expect(matcherOf(format, { choice: { name: 'run_tests' } }).matches(one)).toBe(false);
    const named = name === 'qwen3-coder' ? 'edit_file' : 'read_file';
    expect(matcherOf(format, { choice: { name: named } }).matches(one)).toBe(true);
    expect(() => format.grammar(request({ choice: { name: 'open_door' } }))).toThrow(
      expect.objectContaining({ code: 'grammar.invalid' }),
    );
  });

  it('is lazy when the model may choose: a trigger begins what it admits', () => {
    const grammar = grammarOf(format, { choice: 'auto' });
    expect(grammar.triggerTexts.length + grammar.triggerPatterns.length).toBeGreaterThan(0);
    const matcher = new GbnfMatcher(grammar.gbnf, grammar.root);
    for (const text of grammar.triggerTexts) expect([text, matcher.begins(text)]).toEqual([text, true]);
    const starts = [
      ...grammar.triggerTexts.map((text) => one.indexOf(text)),
      ...grammar.triggerPatterns.map((pattern) => startOf(pattern, one)),
    ].filter((at) => at >= 0);
    expect(starts.length).toBeGreaterThan(0);
    expect(matcher.matches(one.slice(Math.min(...starts)))).toBe(true);
  });

  it('is none without tools or choice', () => {
    expect(format.grammar(request({ choice: 'none' }))).toBeUndefined();
    expect(format.grammar(request({ tools: [] }))).toBeUndefined();
  });

  it('holds a tool with wrong parameters to nothing, and says which one and why', () => {
    const parameters = {
      type: 'object',
      properties: { path: { type: 'integer', minimum: 2, maximum: 1 } },
      required: ['path'],
    };
    const tools = sampleTools.map((tool) => ({ ...tool, parameters }));
    const grammar = format.grammar(request({ tools }));
    expect(new GbnfMatcher(grammar?.gbnf ?? '').matches(one)).toBe(true);
    for (const { name: tool } of tools)
      expect(grammar?.notes).toContainEqual(
        expect.stringMatching(`^The arguments of the tool ${tool} are not held .*\\.$`),
      );
    expect(format.grammar(request())?.notes).toEqual([]);
  });

  it('grows with the number of tools at most as they do', () => {
    const size = (count: number): number => {
      const tools = Array.from({ length: count }, (_, at) => ({
        ...sampleTools[at % sampleTools.length]!,
        name: `tool_${at}`,
      }));
      const { gbnf, notes } = format.grammar(request({ tools })) ?? { gbnf: '', notes: [] };
      expect(notes).toEqual([]);
      return gbnf.length;
    };
    expect(size(512)).toBeLessThan(2.2 * size(256));
    expect(size(512)).toBeLessThan(400_000);
  });

  it('begins in reasoning that the prompt opened', () => {
    if (!format.markers.includes('</think>')) return;
    const matcher = matcherOf(format, { prompt: 'x<think>\n' });
    const call = one.includes('</think>') ? one.slice(one.indexOf('</think>') + 8) : one;
    expect(matcher.matches(`hm</think>${call}`)).toBe(true);
    expect(matcher.matches(call)).toBe(false);
  });

  it('has no reasoning where the model knows none, and white space obliges it to nothing', () => {
    const [{ mark = '' } = {}] = [{ mark: format.reasoning?.open }];
    const isPlain = !['gpt-oss', 'muse-glimmer', 'functionary-3.2'].includes(name);
    for (const mayReason of [true, false]) {
      const matcher = matcherOf(format, { mayReason });
      const call = one.replace(/^\s*<(?:seed:)?think>.*?<\/(?:seed:)?think>\s*/s, '');
      if (isPlain) expect([mayReason, matcher.matches(`\n${call}`)]).toEqual([mayReason, true]);
      expect(matcher.matches(`${call}\n`)).toBe(true);
      if (mark === '<think>' && !mayReason) expect(matcher.begins('<think>')).toBe(false);
    }
    const response = responseGrammar({ type: 'json' }, format.answerPrefix({ prompt: '', mayReason: false }));
    if (mark === '<think>') expect(new GbnfMatcher(response?.gbnf ?? '').begins('<think>')).toBe(false);
  });

  it('leaves room for reasoning before an answer', () => {
    const response = responseGrammar({ type: 'schema', schema: { enum: [1] } }, format.answerPrefix({ prompt: '' }));
    const matcher = new GbnfMatcher(response?.gbnf ?? '');
    const answers =
      name === 'gpt-oss'
        ? [
            '<|channel|>analysis<|message|>hm<|end|><|start|>assistant<|channel|>final <|constrain|>json<|message|>1',
            '<|channel|>final<|message|>1',
          ]
        : [`${answerMarks[name] ?? ''}1`];
    if (format.markers.includes('</think>')) answers.push('<think>hm</think>\n\n1');
    for (const answer of answers) expect([answer, matcher.matches(answer)]).toEqual([answer, true]);
  });

  it('admits a call or an answer in its form where the model may choose', () => {
    const matcher = matcherOf(format, {
      choice: 'auto',
      answer: (rules) =>
        answerRule(rules, { type: 'schema', schema: { enum: [1] } }, format.answerPrefix({ prompt: '' })),
    });
    const answer = name === 'gpt-oss' ? '<|channel|>final<|message|>1' : `${answerMarks[name] ?? ''}1`;
    expect([matcher.matches(one), matcher.matches(answer), matcher.matches(answer.replace('1', '2'))]).toEqual([
      true,
      true,
      false,
    ]);
  });
});

/** Where a pattern's first group begins. */
function startOf(pattern: string, text: string): number {
  const match = new RegExp(pattern, 'd').exec(text);
  return match?.indices?.[1]?.[0] ?? -1;
}

describe('llama.cpp', () => {
  let nano: Nano;
  let engine: NativeEngine;

  beforeAll(async () => {
    nano = await Nano.load();
    engine = await nano.engine();
  });

  afterAll(() => nano.model.close());

  it.each(toolFormats.map((format) => [format.name, format] as const))(
    'reads the grammars of %s as they are meant',
    async (_, format) => {
      const prompt = nano.question('Fix the failing test.');
      for (const choice of ['required', 'auto'] as const) {
        const { gbnf, root, triggerPatterns } = grammarOf(format, { choice });
        const grammar = { gbnf, root, triggerTokens: new Int32Array(0), triggerPatterns };
        const { tokens, done } = await runAlone(engine, { tokens: prompt, grammar, generateMax: 8, sampling: greedy });
        expect(['length', 'end']).toContain(done.reason);
        if (choice === 'auto') continue;
        const text = nano.text(tokens).replace('<|im_end|>', '');
        expect([text, new GbnfMatcher(gbnf).begins(text)]).toEqual([text, true]);
      }
    },
  );

  it('does not disturb calls as nano was trained to make them', async () => {
    const vocabulary = new Vocabulary(nano.vocabulary);
    const template = nano.model.info.chatTemplates['default'];
    const chatModel = new ChatModel({ tokenizer: nano.model, vocabulary, template, format: kimiK2 });
    const { gbnf, root } = grammarOf(kimiK2, { tools: agentTools, choice: 'auto' });
    const triggerTokens = Int32Array.of(vocabulary.idOf(kimiMarkers.sectionBegin) ?? -1);
    let calls = 0;
    for (const { messages } of transcripts) {
      const opening = messages.filter((message) => message.role === 'system' || message.role === 'user').slice(0, 2);
      const conversation = chatModel.conversation({ tools: agentTools });
      await conversation.append(opening.map((message) => ({ role: message.role as 'user', content: message.content })));
      const request = { tokens: (await conversation.prompt()).ids, generateMax: 80, sampling: greedy };
      const free = await runAlone(engine, request);
      const held = await runAlone(engine, { ...request, grammar: { gbnf, root, triggerTokens, triggerPatterns: [] } });
      expect(nano.text(held.tokens)).toBe(nano.text(free.tokens));
      if (free.tokens.includes(triggerTokens[0] ?? -1)) calls += 1;
    }
    expect(calls).toBeGreaterThan(2);
  });
});

describe("the grammar of nano's tools", () => {
  it('admits every recorded call', () => {
    const matcher = matcherOf(kimiK2, { tools: agentTools });
    for (const call of transcripts.flatMap(({ messages }) => messages.flatMap((message) => message.tool_calls ?? []))) {
      const named = `<|tool_call_begin|>${call.id}<|tool_call_argument_begin|>${call.function.arguments}`;
      const text = `<|tool_calls_section_begin|>${named}<|tool_call_end|><|tool_calls_section_end|>`;
      expect([text, matcher.matches(text)]).toEqual([text, true]);
    }
  });
});
