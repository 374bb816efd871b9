/** Replies of a family, for the tools of reply-reading.ts. */
export interface FamilyReplies {
  /** Reasoning "w1", text "w2", then a call of read_file with the path "w3", as the model writes it. */
  readonly good: string;
  /** For the grammar: a call of read_file with the path "a", after nothing but reasoning. */
  readonly one: string;
  /** Two calls of run_tests. */
  readonly two?: string;
  /** Calls that must not be admitted. */
  readonly bad: readonly string[];
}

const k3 = {
  call: (name: string, index: number, inner: string): string =>
    `<|open|>call tool="${name}" index="${index}"<|sep|>${inner}<|close|>call<|sep|>`,
  text: (key: string, value: string): string =>
    `<|open|>argument key="${key}" type="string"<|sep|>${value}<|close|>argument<|sep|>`,
  calls: (inner: string): string => `<|open|>tools<|sep|>${inner}<|close|>tools<|sep|>`,
};

function dsml(section: string): FamilyReplies {
  const call = (name: string, inner: string): string => `<｜DSML｜invoke name="${name}">\n${inner}</｜DSML｜invoke>\n`;
  const path = (value: string): string => `<｜DSML｜parameter name="path" string="true">${value}</｜DSML｜parameter>\n`;
  const calls = (inner: string): string => `<｜DSML｜${section}>\n${inner}</｜DSML｜${section}>`;
  return {
    good: `<think>w1</think>w2\n\n${calls(call('read_file', path('w3')))}`,
    one: `<think>hm</think>\n\n${calls(
      call('read_file', `${path('a')}<｜DSML｜parameter name="start_line" string="false">3</｜DSML｜parameter>\n`),
    )}`,
    two: calls(call('run_tests', '') + call('run_tests', '')),
    bad: [
      calls(call('read_file', '')),
      calls(call('open_door', '')),
      calls(
        call('read_file', `${path('a')}<｜DSML｜parameter name="start_line" string="false">x</｜DSML｜parameter>\n`),
      ),
    ],
  };
}

const named = (name: string, values: object, key = 'arguments'): string =>
  `{"name": "${name}", "${key}": ${JSON.stringify(values)}}`;
const cohere = (name: string, values: object, id = '0'): string =>
  `{"tool_call_id": "${id}", "tool_name": "${name}", "parameters": ${JSON.stringify(values)}}`;

/** A family that writes a JSON list between marks. */
function list(open: string, close: string, thoughts: readonly [string, string], object = named): FamilyReplies {
  const calls = (...objects: readonly string[]): string => `${open}[${objects.join(', ')}]${close}`;
  return {
    good: `${thoughts[0]}w1${thoughts[1]}w2${calls(object('read_file', { path: 'w3' }))}`,
    one: calls(object('read_file', { path: 'a' })),
    two: calls(object('run_tests', {}), object('run_tests', { target: 'x' })),
    bad: [calls(object('open_door', {})), calls(object('read_file', {})), calls()],
  };
}

function single(open: string): FamilyReplies {
  return {
    good: `<think>w1</think>w2${open}${named('read_file', { path: 'w3' })}`,
    one: `${open}${named('read_file', { path: 'a' })}`,
    bad: [`${open}${named('open_door', {})}`, `${open}${named('read_file', {})}`],
  };
}

const think = ['<think>', '</think>'] as const;

export const familyReplies: Readonly<Record<string, FamilyReplies>> = {
  'kimi-k3': {
    good: `<|open|>think<|sep|>w1<|close|>think<|sep|><|open|>response<|sep|>w2<|close|>response<|sep|>${k3.calls(
      k3.call('read_file', 1, k3.text('path', 'w3')),
    )}<|close|>message<|sep|>`,
    one: k3.calls(
      k3.call(
        'read_file',
        1,
        `${k3.text('path', 'a')}<|open|>argument key="start_line" type="number"<|sep|>3<|close|>argument<|sep|>`,
      ),
    ),
    two: k3.calls(k3.call('run_tests', 1, '') + k3.call('run_tests', 2, '')),
    bad: [k3.calls(k3.call('open_door', 1, '')), k3.calls(k3.call('read_file', 1, '')), k3.calls('')],
  },
  'deepseek-v3.2': dsml('function_calls'),
  'deepseek-v4': dsml('tool_calls'),
  mistral: {
    good: '[THINK]w1[/THINK]w2[TOOL_CALLS]read_file[ARGS]{"path": "w3"}',
    one: '[TOOL_CALLS]read_file[CALL_ID]abc123DEF[ARGS]{"path": "a"}',
    two: '[TOOL_CALLS]run_tests[ARGS]{}[TOOL_CALLS]run_tests[ARGS]{"target": "x"}',
    bad: ['[TOOL_CALLS]open_door[ARGS]{}', '[TOOL_CALLS]read_file[ARGS]{}', '[TOOL_CALLS]read_file{"path": "a"}'],
  },
  'seed-oss': {
    good: '<seed:think>w1</seed:think>\nw2\n<seed:tool_call>\n<function=read_file>\n<parameter=path>w3</parameter>\n</function>\n</seed:tool_call>',
    one: '<seed:think>hm</seed:think>\n<seed:tool_call>\n<function=read_file>\n<parameter=path>a</parameter>\n<parameter=start_line>3</parameter>\n</function>\n</seed:tool_call>',
    two: '<seed:tool_call>\n<function=run_tests>\n</function>\n</seed:tool_call>\n<seed:tool_call>\n<function=run_tests>\n</function>\n</seed:tool_call>',
    bad: [
      '<seed:tool_call>\n<function=read_file>\n</function>\n</seed:tool_call>',
      '<seed:tool_call>\n<function=open_door>\n</function>\n</seed:tool_call>',
    ],
  },
  'minimax-m2': {
    good: '<think>\nw1\n</think>\n\nw2\n<minimax:tool_call>\n<invoke name="read_file">\n<parameter name="path">w3</parameter>\n</invoke>\n</minimax:tool_call>',
    one: '<minimax:tool_call>\n<invoke name="read_file">\n<parameter name="start_line">3</parameter>\n<parameter name="path">a</parameter>\n</invoke>\n</minimax:tool_call>',
    two: '<minimax:tool_call>\n<invoke name="run_tests">\n</invoke>\n<invoke name="run_tests">\n</invoke>\n</minimax:tool_call>',
    bad: [
      '<minimax:tool_call>\n<invoke name="read_file">\n</invoke>\n</minimax:tool_call>',
      '<minimax:tool_call>\n</minimax:tool_call>',
    ],
  },
  minicpm: {
    good: '<think>\nw1\n</think>\n\nw2\n<function name="read_file"><param name="path">w3</param></function>',
    one: '<function name="read_file"><param name="path"><![CDATA[a]]></param></function>',
    two: '<function name="run_tests"></function>\n<function name="run_tests"></function>',
    bad: ['<function name="open_door"></function>', '<function name="read_file"></function>'],
  },
  hunyuan: {
    good: '<think:opensource>w1</think:opensource>w2<tool_calls:opensource>\n<tool_call:opensource>read_file<tool_sep:opensource>\n<arg_key:opensource>path</arg_key:opensource>\n<arg_value:opensource>w3</arg_value:opensource>\n</tool_call:opensource>\n</tool_calls:opensource>',
    one: '<tool_calls:opensource>\n<tool_call:opensource>read_file<tool_sep:opensource>\n<arg_key:opensource>path</arg_key:opensource>\n<arg_value:opensource>a</arg_value:opensource>\n</tool_call:opensource>\n</tool_calls:opensource>',
    two: '<tool_calls:opensource>\n<tool_call:opensource>run_tests<tool_sep:opensource>\n</tool_call:opensource>\n<tool_call:opensource>run_tests<tool_sep:opensource>\n</tool_call:opensource>\n</tool_calls:opensource>',
    bad: [
      '<tool_calls:opensource>\n<tool_call:opensource>read_file<tool_sep:opensource>\n</tool_call:opensource>\n</tool_calls:opensource>',
    ],
  },
  apriel: list('<tool_calls>', '</tool_calls>', ['Here are my reasoning steps:\n', '\n[BEGIN FINAL RESPONSE]\n']),
  'mistral-list': list('[TOOL_CALLS]', '', ['[THINK]', '[/THINK]']),
  'command-r7b': list(
    '<|START_ACTION|>',
    '<|END_ACTION|>',
    ['<|START_THINKING|>', '<|END_THINKING|><|START_RESPONSE|>'],
    cohere,
  ),
  'command-r': list('Action:\n```json\n', '\n```', think, (name, values) =>
    cohere(name, values).replace(/"tool_call_id": "0", /, ''),
  ),
  'nemotron-v2': list('<TOOLCALL>', '</TOOLCALL>', think),
  'minimax-m1': {
    good: '<think>\nw1\n</think>\nw2\n<tool_calls>\n{"name": "read_file", "arguments": {"path": "w3"}}\n</tool_calls>',
    one: '<tool_calls>\n{"name": "read_file", "arguments": {"path": "a"}}\n</tool_calls>',
    two: '<tool_calls>\n{"name": "run_tests", "arguments": {}}\n{"name": "run_tests", "arguments": {}}\n</tool_calls>',
    bad: ['<tool_calls>\n</tool_calls>', '<tool_calls>\n{"name": "read_file", "arguments": {}}\n</tool_calls>'],
  },
  'granite-3': list('<|tool_call|>', '', think),
  firefunction: list('functools', '', think),
  apertus: list('<|tools_prefix|>', '<|tools_suffix|>', ['<|inner_prefix|>', '<|inner_suffix|>'], (name, values) =>
    JSON.stringify({ [name]: values }),
  ),
  'gigachat-3.1': single('<|function_call|>'),
  'gigachat-3': single('<|message_sep|>\n\nfunction call<|role_sep|>\n'),
};
