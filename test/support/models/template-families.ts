import { readdirSync, readFileSync } from 'node:fs';
import type { FakeVocabularyOptions } from '../engine/fake-vocabulary.ts';

/** Real chat templates with the special tokens of their models. */
export interface TemplateFamily extends FakeVocabularyOptions {
  readonly name: string;
  /** How the model ends a turn with an answer, and one with a call. */
  readonly end: string;
  readonly callEnd?: string;
}

const kimi = [
  '<|im_system|>',
  '<|im_user|>',
  '<|im_assistant|>',
  '<|im_middle|>',
  '<|im_end|>',
  '<|tool_calls_section_begin|>',
  '<|tool_calls_section_end|>',
  '<|tool_call_begin|>',
  '<|tool_call_argument_begin|>',
  '<|tool_call_end|>',
  '<|media_start|>',
  '<|media_end|>',
  '[BOS]',
  '[EOS]',
];
const chatMl = ['<|im_start|>', '<|im_end|>', '<|endoftext|>'];
const qwenMarkers = ['<tool_call>', '</tool_call>', '<tool_response>', '</tool_response>', '<think>', '</think>'];

export const templateFamilies: readonly TemplateFamily[] = [
  { name: 'Kimi-K2-Instruct', control: kimi, ends: ['<|im_end|>', '[EOS]'], end: '<|im_end|>' },
  { name: 'moonshotai-Kimi-K2', control: kimi, ends: ['<|im_end|>', '[EOS]'], end: '<|im_end|>' },
  {
    name: 'Kimi-K2-Thinking',
    control: [...kimi, '<think>', '</think>'],
    ends: ['<|im_end|>', '[EOS]'],
    end: '<|im_end|>',
  },
  {
    name: 'Qwen3-Coder',
    control: chatMl,
    userDefined: qwenMarkers,
    ends: ['<|im_end|>', '<|endoftext|>'],
    end: '<|im_end|>',
  },
  {
    name: 'Qwen-Qwen3-0.6B',
    control: chatMl,
    userDefined: qwenMarkers,
    ends: ['<|im_end|>', '<|endoftext|>'],
    end: '<|im_end|>',
  },
  {
    name: 'openai-gpt-oss-120b',
    control: ['<|start|>', '<|end|>', '<|message|>', '<|channel|>', '<|return|>', '<|call|>', '<|constrain|>'],
    ends: ['<|return|>', '<|call|>'],
    end: '<|return|>',
    callEnd: '<|call|>',
  },
  {
    name: 'GLM-4.6',
    control: ['[gMASK]', '<sop>', '<|system|>', '<|user|>', '<|assistant|>', '<|observation|>', '<|endoftext|>'],
    userDefined: [
      '<think>',
      '</think>',
      '<tool_call>',
      '</tool_call>',
      '<arg_key>',
      '</arg_key>',
      '<arg_value>',
      '</arg_value>',
    ],
    ends: ['<|endoftext|>', '<|user|>', '<|observation|>'],
    end: '<|user|>',
    callEnd: '<|observation|>',
  },
  {
    name: 'deepseek-ai-DeepSeek-V3.1',
    control: [
      '<｜begin▁of▁sentence｜>',
      '<｜end▁of▁sentence｜>',
      '<｜tool▁calls▁begin｜>',
      '<｜tool▁calls▁end｜>',
      '<｜tool▁call▁begin｜>',
      '<｜tool▁call▁end｜>',
      '<｜tool▁sep｜>',
      '<｜tool▁output▁begin｜>',
      '<｜tool▁output▁end｜>',
    ],
    userDefined: ['<｜User｜>', '<｜Assistant｜>', '<think>', '</think>'],
    ends: ['<｜end▁of▁sentence｜>'],
    end: '<｜end▁of▁sentence｜>',
    bos: '<｜begin▁of▁sentence｜>',
    addBos: true,
  },
  {
    name: 'NousResearch-Hermes-3-Llama-3.1-8B-tool_use',
    control: [...chatMl, '<|begin_of_text|>'],
    ends: ['<|im_end|>'],
    end: '<|im_end|>',
    bos: '<|begin_of_text|>',
    addBos: true,
  },
  {
    name: 'meta-llama-Llama-3.1-8B-Instruct',
    control: [
      '<|begin_of_text|>',
      '<|start_header_id|>',
      '<|end_header_id|>',
      '<|eot_id|>',
      '<|eom_id|>',
      '<|python_tag|>',
    ],
    ends: ['<|eot_id|>', '<|eom_id|>'],
    end: '<|eot_id|>',
    bos: '<|begin_of_text|>',
    addBos: true,
  },
];

export function readTemplate(name: string): string {
  return readFileSync(new URL(`../../fixtures/templates/${name}.jinja`, import.meta.url), 'utf8');
}

/** All templates that `readTemplate` knows. */
export function templateNames(): string[] {
  return readdirSync(new URL('../../fixtures/templates/', import.meta.url))
    .filter((file) => file.endsWith('.jinja'))
    .map((file) => file.slice(0, -'.jinja'.length));
}
