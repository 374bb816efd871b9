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

const m3 = ']<]minimax[>[';
const nested = (...calls: readonly string[]): string =>
  `${m3}<tool_call>\n${calls.map((call) => `${call}${m3}</invoke>\n`).join('')}${m3}</tool_call>`;
const invoke = (name: string, path?: string): string =>
  `${m3}<invoke name="${name}">${path === undefined ? '' : `${m3}<path>${path}${m3}</path>`}`;

const atem = (name: string, path?: string): string => {
  const value = path === undefined ? '' : `<atem:parameter name="path">${path}</atem:parameter>\n`;
  const inner = `<atem:invoke name="${name}">\n${value}</atem:invoke>`;
  return ` to=${name}<|message|><atem:function_calls>\n${inner}\n</atem:function_calls>`;
};

export const familyReplies: Readonly<Record<string, FamilyReplies>> = {
  'minimax-m3': {
    good: `<mm:think>w1</mm:think>w2${nested(invoke('read_file', 'w3'))}`,
    one: nested(invoke('read_file', 'a')),
    two: nested(invoke('run_tests'), invoke('run_tests')),
    bad: [nested(invoke('open_door')), nested(invoke('read_file')), nested()],
  },
  'gemma-4': {
    good: '<|channel>thought\nw1<channel|>w2<|tool_call>call:read_file{path:<|"|>w3<|"|>}<tool_call|>',
    one: '<|tool_call>call:read_file{path:<|"|>a<|"|>,start_line:3}<tool_call|>',
    two: '<|tool_call>call:run_tests{}<tool_call|><|tool_call>call:run_tests{}<tool_call|>',
    bad: [
      '<|tool_call>call:open_door{}<tool_call|>',
      '<|tool_call>call:read_file{}<tool_call|>',
      '<|tool_call>call:read_file{path:<|"|>a<|"|>start_line:3}<tool_call|>',
      '<|tool_call>call:read_file{path:a}<tool_call|>',
    ],
  },
  'muse-glimmer': {
    good: ` to=self<|message|>w1<|eom|><|start|>assistant to=user<|message|>w2<|eom|><|start|>assistant${atem('read_file', 'w3')}<|eot|>`,
    one: atem('read_file', 'a'),
    two: `${atem('run_tests')}<|eom|><|start|>assistant${atem('run_tests')}`,
    bad: [atem('open_door'), atem('read_file'), ' to=user<|message|>Hi'],
  },
  lfm2: {
    good: "<think>w1</think>w2<|tool_call_start|>[read_file(path='w3')]<|tool_call_end|>",
    one: '<|tool_call_start|>[read_file(path="a", start_line=3)]<|tool_call_end|>',
    two: '<|tool_call_start|>[run_tests(), run_tests(target="x")]<|tool_call_end|>',
    bad: [
      '<|tool_call_start|>[open_door()]<|tool_call_end|>',
      '<|tool_call_start|>[read_file()]<|tool_call_end|>',
      '<|tool_call_start|>[]<|tool_call_end|>',
    ],
  },
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
  'solar-open': {
    good: '<|think|>w1<|end|><|begin|>assistant<|content|>w2<|end|><|begin|>assistant<|tool_calls|><|tool_call:begin|>ab12<|tool_call:name|>read_file<|tool_call:args|>{"path": "w3"}<|tool_call:end|><|calls|>',
    one: '<|tool_calls|><|tool_call:begin|>ab12<|tool_call:name|>read_file<|tool_call:args|>{"path": "a"}<|tool_call:end|><|calls|>',
    two: '<|tool_calls|><|tool_call:begin|>a<|tool_call:name|>run_tests<|tool_call:args|>{}<|tool_call:end|><|tool_call:begin|>b<|tool_call:name|>run_tests<|tool_call:args|>{}<|tool_call:end|>',
    bad: [
      '<|tool_calls|><|tool_call:begin|>a<|tool_call:name|>read_file<|tool_call:args|>{}<|tool_call:end|>',
      '<|tool_calls|><|calls|>',
    ],
  },
  'functionary-3.1': {
    good: '<think>w1</think>w2<function=read_file>{"path": "w3"}</function>',
    one: '<function=read_file>{"path": "a"}</function>',
    two: '<function=run_tests>{}</function><function=run_tests>{}</function>',
    bad: ['<function=open_door>{}</function>', '<function=read_file>{}</function>'],
  },
  'functionary-3.2': {
    good: '<think>w1</think>>>>all\nw2>>>read_file\n{"path": "w3"}',
    one: '>>>read_file\n{"path": "a"}',
    two: '>>>run_tests\n{}>>>run_tests\n{}',
    bad: ['>>>open_door\n{}', '>>>read_file\n{}'],
  },
  'gigachat-3.1': single('<|function_call|>'),
  'gigachat-3': single('<|message_sep|>\n\nfunction call<|role_sep|>\n'),
};
