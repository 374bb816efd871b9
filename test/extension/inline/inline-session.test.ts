import { describe, expect, it } from 'vitest';
import { Refusal } from '../../../extension/rewrite/refusal.ts';
import { arrow, block, inlineChat, math, withArrow } from '../../support/extension/inline-chat.ts';

describe('a chat', () => {
  it('answers questions without an edit', async () => {
    const { buffer, session, asked } = inlineChat(['`add` returns the sum.']);
    await session.send('/explain');
    expect(asked).toMatchObject([{ kind: 'ask' }]);
    expect(asked[0]?.messages[1]?.content).toMatch(/^Explain this code\.\n\n```js\nexport function add/);
    expect(session.entries.at(-1)?.text).toBe('`add` returns the sum.');
    expect(session.phase).toBe('idle');
    expect(buffer.edits).toBe(0);
  });

  it('shows an answer without code as an answer', async () => {
    const { buffer, session } = inlineChat(['I would leave it as it is.'], { profile: 'full' });
    await session.send('tidy this');
    expect(session.entries.at(-1)?.text).toBe('I would leave it as it is.');
    expect(session.phase).toBe('idle');
    expect(buffer.text).toBe(math);
  });

  it('continues from its proposal, and restores the first text', async () => {
    const second = 'export const add = (x, y) => x + y;';
    const { buffer, session, asked } = inlineChat([block(arrow), block(second)]);
    await session.send('convert to an arrow function');
    await session.send('rename a to x');
    expect(asked[1]?.messages[1]?.content).toContain(arrow);
    expect(buffer.text).toContain(second);
    await session.reject();
    expect(buffer.text).toBe(math);
  });

  it('sends earlier turns to larger models', async () => {
    const { session, asked } = inlineChat(['It adds.', block(arrow)], { profile: 'full' });
    await session.send('what is this?');
    await session.send('make it short');
    expect(asked[1]?.messages.slice(1, 3)).toEqual([
      { role: 'user', content: 'what is this?' },
      { role: 'assistant', content: 'It adds.' },
    ]);
  });

  it('tries the same again from the first text, with other sampling', async () => {
    const { buffer, session, asked } = inlineChat([block('nonsense('), block(arrow)]);
    await session.send('convert to an arrow function');
    expect(session.phase).toBe('broken');
    await session.retry();
    expect(asked[1]?.messages).toEqual(asked[0]?.messages);
    expect(asked[1]?.options.sampling?.temperature).toBeGreaterThan(0);
    expect(buffer.text).toBe(withArrow);
  });

  it('sends the problem in the code to a small model', async () => {
    const { session, asked } = inlineChat([block(arrow)], {
      problems: [{ line: 2, message: "Cannot find name 'c'.", isError: true }],
    });
    await session.send('/fix');
    expect(asked[0]?.messages[1]?.content).toContain("Instruction: Fix this problem: Cannot find name 'c'.\n");
  });

  it('refuses what small models cannot do, and offers a larger one', async () => {
    for (const typed of ['/tests', '/simplify']) {
      const { session, asked } = inlineChat([]);
      await session.send(typed);
      expect(asked).toEqual([]);
      expect(session.entries.at(-1)?.remedy).toBe('model');
    }
    const blank = inlineChat([], { text: '\n\n', selection: { from: 1, to: 1 } });
    await blank.session.send('write a sort');
    expect(blank.asked).toEqual([]);
    expect(blank.session.entries.at(-1)?.remedy).toBe('model');
  });

  it('inserts at a cursor without code, with a larger model', async () => {
    const { buffer, session } = inlineChat([block('const one = 1;')], {
      text: 'a();\n\n\n',
      selection: { from: 5, to: 5 },
      profile: 'full',
    });
    await session.send('declare one');
    expect(buffer.text).toBe('a();\nconst one = 1;\n\n');
    await session.reject();
    expect(buffer.text).toBe('a();\n\n\n');
  });

  it('restores a document that was closed and saved half written', async () => {
    const { buffer, session, journalled } = inlineChat([
      {
        text: block(arrow),
        after: async (piece, signal) => {
          if (piece !== 5) return;
          const closed = session.documentClosed(buffer.text ?? '');
          expect(signal.aborted).toBe(true);
          await Promise.race([closed, new Promise((resolve) => setTimeout(resolve, 20))]);
        },
      },
    ]);
    await session.send('convert to an arrow function');
    expect(buffer.text).toBe(math);
    await expect.poll(journalled).toEqual([]);
    expect(session.phase).toBe('idle');
  });

  it('answers questions about a document that must not be changed', async () => {
    const { buffer, session, asked, lastNote } = inlineChat(['It adds.'], {
      refusal: new Refusal('No trust.', 'trust'),
    });
    await session.send('convert to an arrow function');
    expect(asked).toEqual([]);
    expect(lastNote()).toBe('No trust.');
    expect(session.entries.at(-1)?.remedy).toBe('trust');
    await session.send('what does this do?');
    expect(session.entries.at(-1)?.text).toBe('It adds.');
    expect(buffer.text).toBe(math);
  });
});
