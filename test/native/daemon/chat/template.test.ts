import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatTime } from '../../../../native/daemon/chat/jinja/strftime.ts';
import { JinjaProgram } from '../../../../native/daemon/chat/jinja/program.ts';
import { PromptTokenizer } from '../../../../native/daemon/chat/prompt-tokenizer.ts';
import { ChatTemplate } from '../../../../native/daemon/chat/template.ts';
import type { AssistantMessage, ChatMessage, JsonValue, ToolDefinition } from '../../../../native/protocol/chat.ts';
import { fakeVocabulary } from '../../../support/engine/fake-vocabulary.ts';
import { readTemplate, templateFamilies } from '../../../support/models/template-families.ts';

const fake = fakeVocabulary({ control: ['<|im_end|>'] });
const promptTokenizer = new PromptTokenizer(fake.tokenizer, fake.vocabulary);
const guard = promptTokenizer.content;
const make = (source: string | undefined): ChatTemplate => new ChatTemplate(source, { bos: '<s>', eos: '</s>' }, guard);
const user: ChatMessage = { role: 'user', content: 'Hello' };
const tools: ToolDefinition[] = [
  {
    name: 'f',
    description: 'Does f.',
    parameters: { type: 'object', properties: { a: { type: 'string', description: 'A.' } }, required: ['a'] },
  },
];
const calls = (count: number): AssistantMessage => ({
  role: 'assistant',
  content: 'ok',
  toolCalls: Array.from({ length: count }, (_, index) => ({
    id: `functions.f:${index}`,
    name: `f${index}`,
    arguments: '{"a":  "x"}',
  })),
});
function render(
  source: string | undefined,
  messages: readonly ChatMessage[],
  options: { tools?: ToolDefinition[]; templateOptions?: Record<string, JsonValue>; generationPrompt?: boolean } = {},
): string {
  return make(source).render({
    messages,
    tools: options.tools ?? [],
    templateOptions: options.templateOptions ?? {},
    generationPrompt: options.generationPrompt ?? false,
    now: new Date(2026, 0, 2, 15, 4, 5),
  });
}
const failure = (message: RegExp): unknown =>
  expect.objectContaining({ code: 'template.failed', message: expect.stringMatching(message) });

describe('a chat template', () => {
  it('is ChatML when the model brings none', () => {
    expect(render(undefined, [{ role: 'system', content: 'S' }, user], { generationPrompt: true })).toBe(
      '<|im_start|>system\nS<|im_end|>\n<|im_start|>user\nHello<|im_end|>\n<|im_start|>assistant\n',
    );
  });

  it('says in a sentence what it refuses', () => {
    expect(() => render("{{ raise_exception('Only one message') }}", [user])).toThrow(
      failure(/^The model's chat template refuses these messages: Only one message\.$/),
    );
    expect(() => render('{{ messages[0].content + none_such.field }}', [user])).toThrow(
      failure(/^The model's chat template cannot render these messages: /),
    );
    expect(() => make('{% for %}')).toThrow(failure(/^The model's chat template is not valid Jinja: /));
  });

  it.each([
    ['steps', '{% for i in range(100000) %}{% for j in range(100000) %}{% endfor %}{% endfor %}', /too many steps/],
    ['range', '{% for i in range(10000000000) %}x{% endfor %}', /too long a range/],
    [
      'text',
      "{% set ns = namespace(x='0123456789') %}{% for i in range(40) %}{% set ns.x = ns.x + ns.x %}{% endfor %}",
      /text is too long|too many steps/,
    ],
    [
      'list',
      '{% set ns = namespace(x=[1,2,3,4]) %}{% for i in range(40) %}{% set ns.x = ns.x + ns.x %}{% endfor %}',
      /too (long a list|many steps)/,
    ],
    [
      'replacing',
      "{% for i in range(3000) %}{% set y = ('a' * 1000000) | replace('a', 'b') %}{% endfor %}",
      /too many steps/,
    ],
    ['splitting', "{% set x = 'a' * 3000000 %}{% set y = x.split('a') %}", /too many steps/],
    ['slicing', "{% set x = 'a' * 3000000 %}{% set y = x[1:] %}", /too many steps/],
    ['searching', "{% set x = 'a' * 9000000 %}{% for i in range(900) %}{{ 'b' in x }}{% endfor %}", /too many steps/],
    ['looping over text', "{% set x = 'a' * 3000000 %}{% for c in x %}{% endfor %}", /too many steps/],
    ['stripping', "{% set x = ' ' * 9000000 %}{{ x.strip() }}", /too many steps/],
    ['comparing', '{{ range(9000) | list | unique | length }}', /too many steps/],
    [
      'a list of itself as JSON',
      '{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x | tojson }}',
      /too many steps/,
    ],
    [
      'a list of itself as text',
      '{% set ns = namespace(x=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}{% endfor %}{{ ns.x }}',
      /too many steps/,
    ],
    [
      'a list of itself compared',
      '{% set ns = namespace(x=[1], y=[1]) %}{% for i in range(60) %}{% set ns.x = [ns.x, ns.x] %}' +
        '{% set ns.y = [ns.y, ns.y] %}{% endfor %}{{ ns.x == ns.y }}',
      /too many steps/,
    ],
    ['recursion', '{% macro m() %}{{ m() }}{% endmacro %}{{ m() }}', /cannot render/],
  ])('ends although it would not: %s', (_, source, message) => {
    expect(() => render(source, [user])).toThrow(failure(message));
  });

  it.each([
    ['is longer than any', '{{ "a" }}'.repeat(40_000), 'longer than 65536 characters'],
    ['has too many blanks', `{% if a -%}${' \n'.repeat(300)}{% endif %}`, 'more than 512 blanks'],
  ])('is refused where it %s, before it is read', (_, source, why) => {
    expect(() => render(source, [user])).toThrow(failure(new RegExp(why)));
  });

  it('sees tools, options, tokens and the time, but options do not replace messages', () => {
    const source =
      "{{ bos_token }}{{ messages[0].content }} {{ tools | length }} {{ mode }} {{ strftime_now('%Y-%m-%d') }}{{ eos_token }}";
    expect(render(source, [user], { tools, templateOptions: { mode: 'fast', messages: [], bos_token: 'x' } })).toBe(
      '<s>Hello 1 fast 2026-01-02</s>',
    );
  });

  it('gets arguments as text where it prints them, so that they stay as the model wrote them', () => {
    for (const name of ['Kimi-K2-Instruct', 'Qwen-Qwen3-0.6B', 'NousResearch-Hermes-3-Llama-3.1-8B-tool_use']) {
      expect(render(readTemplate(name), [user, calls(1)], { tools }), name).toContain('{"a":  "x"}');
    }
  });

  it('gets arguments as an object where it goes through them', () => {
    expect(render(readTemplate('Qwen3-Coder'), [user, calls(1)], { tools })).toContain(
      '<parameter=a>\nx\n</parameter>',
    );
    expect(render(readTemplate('GLM-4.6'), [user, calls(1)], { tools })).toContain(
      '<arg_key>a</arg_key>\n<arg_value>x</arg_value>',
    );
    expect(render(readTemplate('meta-llama-Llama-3.1-8B-Instruct'), [user, calls(1)], { tools })).toContain(
      '"parameters": {"a": "x"}',
    );
    const broken: ChatMessage = { ...calls(1), toolCalls: [{ id: 'i', name: 'f', arguments: '{"a": ' }] };
    expect(render(readTemplate('GLM-4.6'), [user, broken], { tools })).toContain('<arg_value>{"a": </arg_value>');
  });

  it('shows tools and arguments that are named like the methods of a dict', () => {
    const named: ToolDefinition[] = [
      {
        name: 'f',
        description: 'F.',
        parameters: {
          type: 'object',
          properties: {
            items: { type: 'array', items: { type: 'string' } },
            keys: { type: 'string' },
            get: { type: 'integer' },
            values: { type: 'boolean', default: null },
          },
        },
      },
    ];
    const call: ChatMessage = {
      role: 'assistant',
      content: '',
      toolCalls: [
        { id: 'functions.f:0', name: 'f', arguments: '{"items": ["a"], "keys": "k", "get": null, "values": true}' },
      ],
    };
    for (const { name } of templateFamilies) {
      const text = render(readTemplate(name), [user, call], { tools: named });
      for (const part of name.includes('DeepSeek') ? ['keys', '"a"'] : ['items', 'keys', 'values'])
        expect([name, text]).toEqual([name, expect.stringContaining(part)]);
    }
    expect(render(readTemplate('Qwen3-Coder'), [user, call], { tools: named })).toContain(
      '<parameter=get>\nNone\n</parameter>\n<parameter=values>\nTrue\n</parameter>',
    );
  });

  it('shows numbers as they were written, also where they go through an object', () => {
    const call: ChatMessage = {
      role: 'assistant',
      content: '',
      toolCalls: [
        {
          id: 'functions.f:0',
          name: 'f',
          arguments: '{"id": 12345678901234567890, "x": 1.0, "l": [1e3, -5, 2.5, "1.0"]}',
        },
      ],
    };
    expect(render(readTemplate('meta-llama-Llama-3.1-8B-Instruct'), [user, call], { tools })).toContain(
      '{"id": 12345678901234567890, "x": 1.0, "l": [1000.0, -5, 2.5, "1.0"]}',
    );
    expect(render(readTemplate('Qwen3-Coder'), [{ role: 'user', content: '\uFDD61e3' }])).toContain('\uFDD61e3');
    expect(render(readTemplate('Qwen3-Coder'), [user, call], { tools })).toContain(
      '<parameter=id>\n12345678901234567890\n</parameter>\n<parameter=x>\n1.0\n</parameter>',
    );
    expect(render(readTemplate('GLM-4.6'), [user, call], { tools })).toContain(
      '<arg_value>12345678901234567890</arg_value>',
    );
  });

  it('shows a tool that declares no parameters', () => {
    for (const { name } of templateFamilies)
      expect(
        () => render(readTemplate(name), [user], { tools: [{ name: 'bare', parameters: { type: 'object' } }] }),
        name,
      ).not.toThrow();
  });

  it('keeps the content beside thoughts and a call where it can show both', () => {
    const source =
      '{% for m in messages %}{% if m.thinking is defined %}<{{ m.thinking }}>{% endif %}{{ m.content }}{% for c in m.tool_calls or [] %}{{ c.function.name }}{{ c.function.arguments }}{% endfor %}{% endfor %}{{ message.thinking }}';
    expect(render(source, [user, { ...calls(1), reasoning: 'R' }])).toContain('<R>okf0');
  });

  it('gets the date and the functions as text where it expects them so', () => {
    expect(render("{{ functions + ' Today is ' + datetime + '.' }}", [user])).toBe('[] Today is Jan 02 2026.');
  });

  it('gets one call per message where it knows no more', () => {
    expect(
      render(readTemplate('meta-llama-Llama-3.1-8B-Instruct'), [user, calls(2)], { tools }).match(/"name": "f\d"/g),
    ).toEqual(['"name": "f0"', '"name": "f1"']);
    expect(
      render(readTemplate('openai-gpt-oss-120b'), [user, calls(2)], { tools }).match(/to=functions\.f\d/g),
    ).toEqual(['to=functions.f0', 'to=functions.f1']);
  });

  it('gets short ids where it insists on them', () => {
    const source =
      "{% for m in messages %}{{ m.content }}{% for c in m.tool_calls or [] %}{% if c.id | length != 9 %}{{ raise_exception('nine characters') }}{% endif %}{{ c.function.name }}{{ c.function.arguments }}#{{ c.id }}{% endfor %}{% if m.tool_call_id %}{% if m.tool_call_id | length != 9 %}{{ raise_exception('nine characters') }}{% endif %}@{{ m.tool_call_id }}{% endif %}{% endfor %}";
    const [, call, result] =
      /#(\w{9}).*@(\w{9})/.exec(
        render(source, [user, calls(1), { role: 'tool', content: 'r', toolCallId: 'functions.f:0', name: 'f0' }]),
      ) ?? [];
    expect(call).toBe(result);
    expect(call).toHaveLength(9);
  });

  it('gets the system text in the first user message where it knows no system role', () => {
    const text = render(readTemplate('google-gemma-2-2b-it'), [{ role: 'system', content: 'Be brief.' }, user]);
    expect(text).toContain('<start_of_turn>user\nBe brief.\n\nHello<end_of_turn>');
  });

  it('gets thoughts where it shows them, without the content beside a call for gpt-oss', () => {
    expect(
      render(readTemplate('Qwen-Qwen3-0.6B'), [user, { role: 'assistant', content: 'A', reasoning: 'R' }]),
    ).toContain('<think>\nR\n</think>\n\nA');
    expect(render(readTemplate('openai-gpt-oss-120b'), [user, { ...calls(1), reasoning: 'R' }], { tools })).toContain(
      '<|channel|>analysis<|message|>R<|end|>',
    );
  });

  it('takes thinking off when asked to', () => {
    const text = render(readTemplate('Qwen-Qwen3-0.6B'), [user], {
      templateOptions: { enable_thinking: false },
      generationPrompt: true,
    });
    expect(text.endsWith('<|im_start|>assistant\n<think>\n\n</think>\n\n')).toBe(true);
  });

  it('reports what it supports', () => {
    expect(make(readTemplate('Kimi-K2-Instruct')).shape).toMatchObject({
      history: { systems: 'anywhere', usersInRow: true, textBesideCalls: true },
      tools: true,
      argumentsAs: 'text',
      severalCalls: true,
      toolClosing: '',
    });
    expect(make(readTemplate('Qwen-Qwen3-0.6B')).shape).toMatchObject({ toolClosing: '<|im_end|>\n' });
    expect(make(undefined).shape).toMatchObject({ history: { systems: 'anywhere' }, tools: false });
  });

  it('shows guarded text also where it writes ASCII only', async () => {
    const text = render('{{ messages[0].content | tojson(ensure_ascii=true) }}', [
      { role: 'user', content: '\u00e9<|im_end|>' },
    ]);
    expect(guard.plain(text)).toBe('"\\u00e9<|im_end|>"');
    expect(await promptTokenizer.tokenize(text)).not.toContain(fake.idOf('<|im_end|>'));
  });
});

describe('what llama.cpp makes of a template', () => {
  const golden = JSON.parse(
    readFileSync(new URL('../../../fixtures/templates/rendered.json', import.meta.url), 'utf8'),
  ) as {
    readonly conversation: { readonly messages: readonly ChatMessage[]; readonly tools: ToolDefinition[] };
    readonly prompts: Readonly<Record<string, string>>;
  };

  it.each(Object.entries(golden.prompts))('is what is rendered here: %s', (name, prompt) => {
    const { messages, tools } = golden.conversation;
    const template = new ChatTemplate(readTemplate(name), { bos: '', eos: '' }, guard);
    const text = template.render({
      messages,
      tools,
      templateOptions: { enable_thinking: false },
      generationPrompt: true,
      now: new Date(2026, 0, 2),
    });
    expect(text).toBe(prompt);
  });
});

describe('Jinja', () => {
  it('has the list methods of Python that real templates use', () => {
    const program = new JinjaProgram(
      '{% set x = [1] %}{% set _ = x.append(2) %}{% set _ = x.insert(0, 9) %}{% set _ = x.extend([7, 8]) %}{{ x.pop() }}{{ x.pop(0) }}|{{ x | join(",") }}|{{ x | length }}',
    );
    expect(program.render({}, { steps: 1000, now: new Date() })).toBe('89|1,2,7|3');
  });

  it('treats undefined values as Python does', () => {
    const program = new JinjaProgram(
      'a{% for x in none_such %}{{ x }}{% endfor %}b{{ none_such | trim }}c{{ {"k": 1}[none_such] is defined }}',
    );
    expect(program.render({}, { steps: 1000, now: new Date() })).toBe('abcFalse');
    const bare: ToolDefinition = {
      name: 'f',
      parameters: { type: 'object', properties: { a: { type: 'array', items: {} }, b: {} } },
    };
    expect(render(readTemplate('NousResearch-Hermes-3-Llama-3.1-8B-tool_use'), [user], { tools: [bare] })).toContain(
      'f(a: list[',
    );
  });

  it('formats times as strftime does', () => {
    const time = new Date(2026, 8, 3, 0, 4, 5);
    expect(formatTime('%Y-%m-%d %H:%M:%S %d %b %B %A %a %j %I %p %-d %y %% %Q', time)).toBe(
      '2026-09-03 00:04:05 03 Sep September Thursday Thu 246 12 AM 3 26 % %Q',
    );
  });
});
