import { describe, expect, it } from 'vitest';
import { readOneShotThinking, replyThoughts } from '../../../extension/agent/one-shot-thinking.ts';
import type { ModelFacts } from '../../../extension/agent/agent-model.ts';

const model = (thinking?: ModelFacts['thinking']): ModelFacts => ({
  name: 'some',
  fingerprint: 'some',
  profile: 'full',
  contextTokens: 8192,
  ...(thinking && { thinking }),
});

describe('how much a model thinks outside the conversation', () => {
  it.each([
    { levels: ['off', 'low', 'high'], level: 'off', maxTokens: 100 },
    { levels: ['low', 'medium'], level: 'low', maxTokens: 1124 },
    { levels: [], level: 'default', maxTokens: 100 },
  ] as const)('is the least of $levels', ({ levels, level, maxTokens }) => {
    expect(replyThoughts('least', model(levels), 100)).toEqual({
      thinking: level,
      options: { thinking: level, maxTokens },
    });
  });

  it('is as little as the engine can where the levels are not known', () => {
    expect(replyThoughts('least', model(), 100)).toEqual({ options: { thinkingBudget: 0, maxTokens: 100 } });
  });

  it('is what the user has set, whatever the model is', () => {
    expect(replyThoughts('high', model(['off']), 100)).toMatchObject({ thinking: 'high' });
    expect(replyThoughts('default', model(['off']), 100).options).toEqual({ thinking: 'default', maxTokens: 100 });
  });

  it('is the least where the setting is none', () => {
    expect([undefined, 'much', 7, 'low', 'default'].map(readOneShotThinking)).toEqual([
      'least',
      'least',
      'least',
      'low',
      'default',
    ]);
  });
});
