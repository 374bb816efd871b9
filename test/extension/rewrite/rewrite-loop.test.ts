import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../native/protocol/chat.ts';
import type { Fault } from '../../../extension/rewrite/rewrite-fault.ts';
import { askForCode } from '../../../extension/rewrite/rewrite-loop.ts';

const start: readonly ChatMessage[] = [{ role: 'user', content: 'Do it.' }];

/** Asks a model that gives these answers; `good` passes the check, anything else does not parse. */
async function asking(answers: readonly string[], tries: number, again?: (fault: Fault) => boolean) {
  const asked: (readonly ChatMessage[])[] = [];
  const checked = await askForCode({
    messages: start,
    tries,
    ask: async (messages) => {
      asked.push([...messages]);
      return answers[asked.length - 1] ?? '';
    },
    check: async (answer) => (answer === 'good' ? { value: answer } : { fault: { kind: 'syntax' } }),
    ...(again !== undefined && { again }),
  });
  return { asked, checked };
}

describe('asking for code', () => {
  it('ends with the first answer that passes the check', async () => {
    const { asked, checked } = await asking(['good', 'good'], 2);
    expect(checked).toEqual({ value: 'good' });
    expect(asked).toEqual([start]);
  });

  it('shows the model its faulty answer and the reason before the next try', async () => {
    const { asked, checked } = await asking(['bad', 'good'], 2);
    expect(checked).toEqual({ value: 'good' });
    expect(asked[1]).toEqual([
      ...start,
      { role: 'assistant', content: 'bad' },
      { role: 'user', content: expect.stringContaining('does not parse') as string },
    ]);
  });

  it('returns the last fault when no try is left', async () => {
    const { asked, checked } = await asking(['bad', 'bad', 'good'], 2);
    expect(checked).toEqual({ fault: { kind: 'syntax' } });
    expect(asked).toHaveLength(2);
  });

  it('asks once where there is one try, and stops at a fault that is final', async () => {
    expect((await asking(['bad', 'good'], 1)).asked).toHaveLength(1);
    const { asked, checked } = await asking(['bad', 'good'], 2, () => false);
    expect(asked).toHaveLength(1);
    expect(checked).toEqual({ fault: { kind: 'syntax' } });
  });
});
