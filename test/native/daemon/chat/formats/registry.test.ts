import { describe, expect, it } from 'vitest';
import { formatFor } from '../../../../../native/daemon/chat/formats/registry.ts';
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
    ['google-gemma-2-2b-it', 'prompted'],
  ])('%s is of the family %s', (template, family) => {
    expect(formatFor(readTemplate(template), 'llama').name).toBe(family);
  });

  it('that is unknown or absent gets prompted calls', () => {
    expect(formatFor(undefined, 'llama').name).toBe('prompted');
    expect(formatFor('{{ messages }}', '').name).toBe('prompted');
  });

  it('says less than the architecture for gpt-oss', () => {
    expect(formatFor(undefined, 'gpt-oss').name).toBe('gpt-oss');
  });
});
