import { readFileSync, statSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { formatFor, toolFormats } from '../../../../native/daemon/chat/formats/registry.ts';
import {
  catalogueEntries,
  catalogueEntry,
  entryForFile,
  sourceAddress,
} from '../../../../native/daemon/models/catalogue.ts';
import { codingMax } from '../../../../native/protocol/model.ts';
import catalogue from '../../../../native/models/catalogue.json' with { type: 'json' };
import { readReply } from '../../../support/daemon/reply-reading.ts';
import { readTemplate } from '../../../support/models/template-families.ts';

interface Family {
  readonly format: string;
  readonly plain?: string;
  readonly templates?: readonly string[];
  readonly quirks?: readonly string[];
}

const families = new Map<string, Family>(Object.entries(catalogue.families));
const agents = catalogueEntries.filter(({ role }) => role === 'agent');
/** The largest memory of a class in GB, of which the context and the system take a part. */
const classGigabytes = { '8': 8, '16': 16, '32': 32, '64': 64, '128': 128, server: Infinity };
const weightShareMax = 0.85;

describe('the catalogue', () => {
  it.each(catalogueEntries)('describes $name without a gap', (entry) => {
    expect(entry.name).toMatch(/^[a-z0-9.-]+$/);
    expect(catalogueEntries.filter(({ name }) => name === entry.name)).toHaveLength(1);
    expect(entry.description).toMatch(/^[A-Z0-9].*[^.]$/);
    expect(entry.parameters).toBeGreaterThan(0);
    if (entry.activeParameters !== undefined) expect(entry.activeParameters).toBeLessThan(entry.parameters);
    if (entry.contextNative !== undefined) expect(entry.contextNative).toBeGreaterThanOrEqual(2048);
    expect(entry.licence).not.toBe('');
    expect(entry.quantisations.length).toBeGreaterThan(0);
    if (entry.name !== 'nano') {
      expect(entry.source).toMatch(/^[\w.-]+\/[\w.-]+$/);
      expect(entry.original).toMatch(/^[\w.-]+\/[\w.-]+$/);
    }
  });

  it.each(catalogueEntries)('states possible facts of $name', ({ sampling, thinking, quantisations, parameters }) => {
    const { temperature = 0, topP = 1, topK = 1, minP = 0 } = sampling ?? {};
    expect([temperature >= 0 && temperature <= 1, topP > 0 && topP <= 1]).toEqual([true, true]);
    expect([Number.isInteger(topK) && topK > 0, minP >= 0 && minP < 1]).toEqual([true, true]);
    if (thinking !== undefined) {
      expect(thinking.length).toBeGreaterThan(0);
      expect(new Set(thinking).size).toBe(thinking.length);
    }
    for (const { bytes, exact } of quantisations) {
      expect(exact === undefined).toBe(bytes === undefined);
      if (bytes !== undefined) expect(bytes / parameters).toBeGreaterThan(0.15);
    }
  });

  it('puts a model into the smallest class that holds its recommended file beside a context', () => {
    const fits = (bytes: number, gigabytes: number): boolean => bytes <= gigabytes * 1e9 * weightShareMax;
    for (const { name, sizeClass, quantisations } of catalogueEntries) {
      const bytes = quantisations[0]?.bytes;
      if (bytes === undefined) continue;
      const smallest = Object.entries(classGigabytes).find(([, gigabytes]) => fits(bytes, gigabytes))?.[0];
      expect([name, sizeClass]).toEqual([name, smallest]);
    }
  });

  it('has a model to talk to for every class', () => {
    expect(new Set(agents.map(({ sizeClass }) => sizeClass))).toEqual(new Set(Object.keys(classGigabytes)));
  });

  it('says of every agent, and of nothing else, how well it codes', () => {
    for (const { name, role, coding } of catalogueEntries) {
      const classes = Array.from({ length: codingMax + 1 }, (_, index) => index);
      if (role === 'agent') expect(classes, name).toContain(coding);
      else expect(coding, name).toBeUndefined();
    }
  });

  it('offers base models for completion only, and knows their marks', () => {
    const others = catalogueEntries.filter(({ role }) => role !== 'agent');
    expect(others.filter(({ tools, sampling, thinking }) => tools || sampling || thinking)).toEqual([]);
    expect(new Set(others.map(({ role }) => role))).toEqual(new Set(['completion', 'embedding']));
    for (const { role, fim } of others) expect(fim === undefined).toBe(role !== 'completion');
    for (const { tools } of agents) expect(tools).toBe(true);
  });

  it('recommends what the makers recommend', () => {
    expect(catalogueEntry('kimi-k2-0905')?.sampling?.temperature).toBe(0.6);
    expect(catalogueEntry('nano')?.sampling?.temperature).toBe(0);
    expect(catalogueEntry('Qwen3-Coder')?.sampling).toEqual({
      temperature: 0.7,
      topP: 0.8,
      topK: 20,
      repeatPenalty: 1.05,
    });
    expect(catalogueEntry('gpt-oss-20b')?.sampling?.temperature).toBe(1);
    expect(catalogueEntry('glm-5.2')?.sampling).toBeUndefined();
    expect(catalogueEntry('none')).toBeUndefined();
  });

  it('knows the size of the model that ships', () => {
    expect(catalogueEntry('nano')?.quantisations[0]?.bytes).toBe(statSync('native/models/nano.gguf').size);
    expect(sourceAddress(catalogueEntry('nano')!)).toBeUndefined();
  });

  it.each(['README.md', 'native/models/catalogue.md'])('is told in %s', (file) => {
    const text = readFileSync(file, 'utf8');
    for (const { title, licence } of catalogueEntries.filter(({ name }) => name !== 'nano')) {
      const line = text.split('\n').find((each) => each.includes(title));
      expect([title, line?.includes(licence ?? '')]).toEqual([title, true]);
    }
  });

  it.each([
    ['Kimi-K2-Instruct-UD-Q4_K_XL-00001-of-00013.gguf', 'deepseek2', 'kimi-k2'],
    ['Kimi-K2-Instruct-0905-UD-Q2_K_XL-00001-of-00008.gguf', 'deepseek2', 'kimi-k2-0905'],
    ['Kimi-K2-Thinking-UD-TQ1_0-00001-of-00006.gguf', 'deepseek2', 'kimi-k2-thinking'],
    ['Kimi-K2.5-UD-Q2_K_XL-00001-of-00008.gguf', 'deepseek2', 'kimi-k2.5'],
    ['Kimi-K2.6-UD-Q4_K_XL-00001-of-00013.gguf', 'deepseek2', 'kimi-k2.6'],
    ['Kimi-K2.7-Code-UD-IQ1_M-00001-of-00007.gguf', 'deepseek2', 'kimi-k2.7-code'],
    ['Kimi-K3-UD-IQ1_S-00001-of-00014.gguf', 'kimi-k3', 'kimi-k3'],
    ['Moonlight-16B-A3B-Instruct-Q4_K_M.gguf', 'deepseek2', 'moonlight'],
    ['Qwen3-Coder-30B-A3B-Instruct-Q4_K_M.gguf', 'qwen3moe', 'qwen3-coder'],
    ['Qwen3-Coder-Next-Q4_K_M-00001-of-00004.gguf', 'qwen3next', 'qwen3-coder-next'],
    ['Qwen3.5-9B-Q4_K_M.gguf', 'qwen35', 'qwen3.5-9b'],
    ['Qwen3.8-27B-IQ4_XS.gguf', 'qwen35', 'qwen3.8-27b'],
    ['Qwen3.6-35B-A3B-UD-Q4_K_M.gguf', 'qwen35moe', 'qwen3.6-35b-a3b'],
    ['Qwen3.8-Flash-Next-UD-IQ1_S-00001-of-00003.gguf', 'qwen4exp', 'qwen3.8-flash-next'],
    ['gemma-4-31B-it-Q4_K_M.gguf', 'gemma4', 'gemma-4-31b'],
    ['Muse-Glimmer-30B-UD-Q4_K_XL.gguf', 'muse-glimmer', 'muse-glimmer'],
    ['mistralai_Devstral-Small-2-24B-Instruct-2512-Q4_K_M.gguf', 'mistral3', 'devstral-small-2'],
    ['gpt-oss-120b-mxfp4-00001-of-00003.gguf', 'gpt-oss', 'gpt-oss-120b'],
    ['GLM-4.5-Air-Q4_K_M-00001-of-00002.gguf', 'glm4moe', 'glm-4.5-air'],
    ['GLM-5.2-UD-IQ2_M-00001-of-00006.gguf', 'glm-dsa', 'glm-5.2'],
    ['moonshotai_Kimi-Linear-48B-A3B-Instruct-Q4_K_M.gguf', 'kimi-linear', 'kimi-linear'],
    ['qwen2.5-coder-1.5b-q8_0.gguf', 'qwen2', 'qwen2.5-coder-1.5b'],
    ['qwen2.5-coder-1.5b-instruct-q8_0.gguf', 'qwen2', undefined],
    ['Qwen3-Embedding-0.6B-Q8_0.gguf', 'qwen3', 'qwen3-embedding-0.6b'],
    ['nano.gguf', 'deepseek2', 'nano'],
    ['my-own-model.gguf', 'llama', undefined],
    ['gpt-oss-20b-abliterated.gguf', 'llama', undefined],
  ])('recognises %s', (file, architecture, name) => {
    expect(entryForFile(file, architecture)?.name).toBe(name);
  });

  it('recognises a file as one model only', () => {
    for (const entry of catalogueEntries) {
      const file = (entry.original ?? 'nano').split('/').at(-1) ?? '';
      const matching = catalogueEntries.filter(
        ({ architecture, filePattern }) =>
          architecture === entry.architecture && new RegExp(filePattern, 'i').test(`${file}.gguf`),
      );
      expect(matching.map(({ name }) => name)).toEqual([entry.name]);
    }
  });
});

/** A call as a family writes it, with or without thoughts in front. */
const calls: Readonly<Record<string, readonly string[]>> = {
  'kimi-k2': [
    '<|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0<|tool_call_argument_begin|>{"path": "a.ts"}' +
      '<|tool_call_end|><|tool_calls_section_end|>',
  ],
  'kimi-k2-thinking': [
    '<think>I look.</think><|tool_calls_section_begin|><|tool_call_begin|>functions.read_file:0' +
      '<|tool_call_argument_begin|>{"path": "a.ts"}<|tool_call_end|><|tool_calls_section_end|>',
  ],
  'qwen3-coder': ['<tool_call>\n<function=read_file>\n<parameter=path>\na.ts\n</parameter>\n</function>\n</tool_call>'],
  'qwen3.5': [
    '<think>\nI look.\n</think>\n\n' +
      '<tool_call>\n<function=read_file>\n<parameter=path>\na.ts\n</parameter>\n</function>\n</tool_call>',
  ],
  'gpt-oss': [
    '<|channel|>analysis<|message|>I look.<|end|><|start|>assistant<|channel|>commentary to=functions.read_file ' +
      '<|constrain|>json<|message|>{"path": "a.ts"}<|call|>',
  ],
  glm: [
    '<think>I look.</think>\n<tool_call>read_file\n<arg_key>path</arg_key>\n<arg_value>a.ts</arg_value>\n</tool_call>',
    '<think>I look.</think><tool_call>read_file<arg_key>path</arg_key><arg_value>a.ts</arg_value></tool_call>',
  ],
  laguna: [
    '<think>I look.</think>\n' +
      '<tool_call>read_file\n<arg_key>path</arg_key>\n<arg_value>a.ts</arg_value>\n</tool_call>\n',
  ],
  'kimi-k3': [
    'I look.<|close|>think<|sep|><|open|>response<|sep|><|close|>response<|sep|><|open|>tools<|sep|>' +
      '<|open|>call tool="read_file" index="1"<|sep|><|open|>argument key="path" type="string"<|sep|>a.ts' +
      '<|close|>argument<|sep|><|close|>call<|sep|><|close|>tools<|sep|><|close|>message<|sep|>',
  ].map((reply) => `<|open|>think<|sep|>${reply}`),
  'deepseek-v4': [
    '<think>I look.</think>\n\n<｜DSML｜tool_calls>\n<｜DSML｜invoke name="read_file">\n' +
      '<｜DSML｜parameter name="path" string="true">a.ts</｜DSML｜parameter>\n</｜DSML｜invoke>\n</｜DSML｜tool_calls>',
  ],
  'gemma-4': ['<|channel>thought\nI look.<channel|><|tool_call>call:read_file{path:<|"|>a.ts<|"|>}<tool_call|>'],
  'muse-glimmer': [
    ' to=self<|message|>I look.<|eom|><|start|>assistant to=read_file<|message|><atem:function_calls>\n' +
      '<atem:invoke name="read_file">\n<atem:parameter name="path">a.ts</atem:parameter>\n</atem:invoke>\n' +
      '</atem:function_calls><|eot|>',
  ],
  mistral: ['[TOOL_CALLS]read_file[ARGS]{"path": "a.ts"}'],
  'deepseek-v3': [
    '<｜tool▁calls▁begin｜><｜tool▁call▁begin｜>read_file<｜tool▁sep｜>{"path": "a.ts"}<｜tool▁call▁end｜>' +
      '<｜tool▁calls▁end｜>',
  ],
};

describe('a family of the catalogue', () => {
  it('is described, and has a model', () => {
    expect(new Set(catalogueEntries.map(({ family }) => family))).toEqual(new Set(families.keys()));
  });

  it.each([...families])('%s has a format that exists, or the reason for the plain one', (_, family) => {
    expect(toolFormats.map((format) => format.name)).toContain(family.format);
    expect(family.plain !== undefined).toBe(family.format === 'prompted');
    if (family.plain !== undefined) expect(family.plain).toMatch(/^[A-Z].*\.$/);
    for (const quirk of family.quirks ?? []) expect(quirk).toMatch(/^[A-Z].*\.$/);
  });

  it.each([...families].filter(([name]) => agents.some(({ family }) => family === name)))(
    '%s is recognised by its templates',
    (name, { format, templates = [] }) => {
      expect(templates.length).toBeGreaterThan(0);
      const { architecture } = agents.find(({ family }) => family === name)!;
      for (const template of templates) expect(formatFor(readTemplate(template), architecture).name).toBe(format);
    },
  );

  it.each([...families].filter(([, { plain }]) => plain === undefined))('%s has its calls read', (name, family) => {
    const format = toolFormats.find((each) => each.name === family.format)!;
    expect(calls[name]?.length).toBeGreaterThan(0);
    for (const call of calls[name] ?? []) {
      const read = readReply(format, call);
      expect(read.calls.map((each) => [each.name, JSON.parse(each.arguments)])).toEqual([
        ['read_file', { path: 'a.ts' }],
      ]);
      expect([read.text.trim(), read.broken]).toEqual(['', []]);
      expect(read.reasoning.trim()).toBe(call.includes('I look.') ? 'I look.' : '');
    }
  });
});
