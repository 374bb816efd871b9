import { describe, expect, it } from 'vitest';
import { formatFor } from '../../../../../native/daemon/chat/formats/registry.ts';
import { readInAllWays } from '../../../../support/daemon/reply-reading.ts';
import { readTemplate } from '../../../../support/models/template-families.ts';

describe('a template', () => {
  it.each([
    ['Kimi-K2-Instruct', 'kimi-k2'],
    ['moonshotai-Kimi-K2', 'kimi-k2'],
    ['Kimi-K2-Thinking', 'kimi-k2-thinking'],
    ['openai-gpt-oss-120b', 'gpt-oss'],
    ['deepseek-ai-DeepSeek-V3.1', 'deepseek-v3.1'],
    ['Qwen3-Coder', 'qwen3-coder'],
    ['GLM-4.6', 'glm'],
    ['Qwen-Qwen3-0.6B', 'hermes-qwen'],
    ['NousResearch-Hermes-3-Llama-3.1-8B-tool_use', 'hermes-qwen'],
    ['meta-llama-Llama-3.1-8B-Instruct', 'llama3'],
    ['Kimi-K3', 'kimi-k3'],
    ['deepseek-ai-DeepSeek-V4-Flash-0731', 'deepseek-v4'],
    ['unsloth-mistral-Devstral-Small-2507', 'mistral'],
    ['poolside-Laguna-XS-2.1', 'glm'],
    ['google-gemma-4-31B-it', 'gemma-4'],
    ['muse-glimmer', 'muse-glimmer'],
    ['google-gemma-2-2b-it', 'prompted'],
  ])('%s is of the family %s', (template, family) => {
    expect(formatFor(readTemplate(template), 'llama').name).toBe(family);
  });

  it.each([
    ['[THINK]', '[/THINK]'],
    ['<seed:think>', '</seed:think>'],
    ['◁think▷', '◁/think▷'],
    ['<|inner_prefix|>', '<|inner_suffix|>'],
  ])('of no known family has its reasoning marks read: %s', (open, close) => {
    const inTemplate = formatFor(`{{ messages }}${open}${close}`, '');
    const inVocabulary = formatFor('{{ messages }}', '', [open, close]);
    for (const format of [inTemplate, inVocabulary])
      expect(readInAllWays(format, `${open}hm${close}Hi`)).toMatchObject({ reasoning: 'hm', text: 'Hi' });
  });

  it('that is unknown or absent gets prompted calls', () => {
    expect(formatFor(undefined, 'llama').name).toBe('prompted');
    expect(formatFor('{{ messages }}', '').name).toBe('prompted');
  });

  it('says less than the architecture for gpt-oss', () => {
    expect(formatFor(undefined, 'gpt-oss').name).toBe('gpt-oss');
  });
});
