import { describe, expect, it } from 'vitest';
import { CodedError } from '../../../native/protocol/coded-error.ts';
import { arrow, block, inlineChat, math, withArrow } from '../../support/extension/inline-chat.ts';

describe('an inline edit', () => {
  it('rewrites the definition around the cursor, and is kept when it is accepted', async () => {
    const { buffer, session, asked, pendingNow, lastNote } = inlineChat([block(arrow)]);
    await session.send('convert to an arrow function');
    expect(asked).toMatchObject([{ kind: 'rewrite', options: { maxTokens: 500 } }]);
    expect(asked[0]?.messages[1]?.content).toBe(
      'File: src/math.js\nInstruction: convert to an arrow function\n\n```js\nexport function add(a, b) {\n  return a + b;\n}\n```',
    );
    expect(buffer.text).toBe(withArrow);
    expect(session.phase).toBe('proposal');
    expect(lastNote()).toContain(`+ ${arrow}`);
    expect(await pendingNow()).toBe(1);
    await session.accept();
    expect(session.phase).toBe('idle');
    expect(await pendingNow()).toBe(0);
    expect(session.entries.at(-1)?.note.match(/Accepted/g)).toHaveLength(1);
    buffer.undo();
    expect(buffer.text).toBe(math);
  });

  it('restores the text when it is rejected', async () => {
    const { buffer, session, pendingNow, journalled } = inlineChat([block(arrow)]);
    await session.send('convert to an arrow function');
    await session.reject();
    expect(buffer.text).toBe(math);
    expect(buffer.settled).toBe(1);
    expect(await pendingNow()).toBe(0);
    expect(journalled()).toEqual([]);
    expect(session.phase).toBe('idle');
  });

  it('restores the text when it is stopped; until then the journal can restore it', async () => {
    const { buffer, session, pendingNow, journalled, lastNote } = inlineChat([
      {
        text: block(arrow),
        after: async (piece) => {
          if (piece !== 4) return;
          expect(buffer.text).not.toBe(math);
          expect(journalled()).toEqual([{ uri: buffer.uri, text: math, from: 0, to: math.indexOf('\n\n') }]);
          void session.cancel();
        },
      },
    ]);
    await session.send('convert to an arrow function');
    expect(buffer.text).toBe(math);
    expect(session.phase).toBe('idle');
    expect(lastNote()).toContain('Stopped');
    expect(await pendingNow()).toBe(0);
    expect(journalled()).toEqual([]);
  });

  it('restores the text when the engine fails in the middle', async () => {
    const { buffer, session, lastNote } = inlineChat([
      {
        text: block(arrow),
        after: (piece) => {
          if (piece === 4) throw new CodedError('engine.failed', 'The engine failed.');
        },
      },
    ]);
    await session.send('convert to an arrow function');
    expect(buffer.text).toBe(math);
    expect(lastNote()).toBe('This failed: The engine failed.');
  });

  it('keeps what the user types elsewhere meanwhile, accepted or rejected', async () => {
    for (const accepted of [true, false]) {
      const { buffer, session, pendingNow } = inlineChat([
        {
          text: block(arrow),
          after: (piece) => {
            if (piece === 2) buffer.type(0, '// top\n');
            if (piece === 4) buffer.type((buffer.text ?? '').length, '// end\n');
          },
        },
      ]);
      await session.send('convert to an arrow function');
      await (accepted ? session.accept() : session.reject());
      expect(buffer.text).toBe(`// top\n${accepted ? withArrow : math}// end\n`);
      expect(await pendingNow(), 'what the user wrote is theirs').toBe(0);
    }
  });

  it('leaves other pending changes of the file as they are', async () => {
    const { buffer, session, pending, pendingNow } = inlineChat([
      {
        text: block(arrow),
        after: (piece) => {
          if (piece === 2) buffer.type((buffer.text ?? '').length, '// end\n');
        },
      },
    ]);
    pending.begin(buffer.uri, math, 'chat');
    const agents = math.replace('n / 2', 'n * 0.5');
    buffer.text = agents;
    await pending.end(buffer.uri);
    await session.send('convert to an arrow function');
    expect(await pendingNow()).toBe(2);
    await session.accept();
    expect(await pendingNow()).toBe(1);
    expect(pending.file(buffer.uri)?.baseline).toBe(`${withArrow}// end\n`);
  });

  it('stops when the user types into it, and asks before their text is lost', async () => {
    const { buffer, session, lastNote } = inlineChat([
      {
        text: block(arrow),
        after: (piece) => {
          if (piece === 5) buffer.type(3, 'MINE');
        },
      },
    ]);
    await session.send('convert to an arrow function');
    expect(session.phase).toBe('broken');
    expect(buffer.text).toContain('MINE');
    // A key pressed by chance, however often, never loses it.
    for (let press = 0; press < 3; press++) await session.cancel();
    expect(buffer.text).toContain('MINE');
    expect(lastNote().match(/lose your edits/g)).toHaveLength(1);
    buffer.type(3, 'MORE');
    await session.reject();
    expect(buffer.text).toContain('MINE');
    expect(lastNote().match(/lose your edits/g)).toHaveLength(2);
    await session.reject();
    expect(buffer.text).toBe(math);
  });

  it('says that the text of the user would be lost before it asks again', async () => {
    const { buffer, session, lastNote, asked } = inlineChat([block(arrow), block(arrow)]);
    await session.send('convert to an arrow function');
    expect(session.phase).toBe('proposal');
    buffer.type(session.span.from + 3, 'MINE');
    await session.retry();
    expect([buffer.text?.includes('MINE'), asked.length]).toEqual([true, 1]);
    expect(lastNote()).toContain('lose your edits');
    await session.retry();
    expect([buffer.text?.includes('MINE'), asked.length]).toEqual([false, 2]);
  });

  it('ends when undo takes it back, during writing and afterwards', async () => {
    const during = inlineChat([
      {
        text: block(arrow),
        after: (piece) => {
          if (piece === 5) during.buffer.undo();
        },
      },
    ]);
    await during.session.send('convert to an arrow function');
    expect(during.buffer.text).toBe(math);
    expect(during.session.phase).toBe('idle');

    const after = inlineChat([block(arrow)]);
    await after.session.send('convert to an arrow function');
    after.buffer.undo();
    await after.pendingNow();
    await expect.poll(() => after.session.phase).toBe('idle');
    expect(after.buffer.text).toBe(math);
    expect(after.lastNote()).toContain('Undone');
  });

  it('ends when the review keeps or undoes it', async () => {
    for (const act of ['keep', 'undo'] as const) {
      const { buffer, session, pending } = inlineChat([block(arrow)]);
      await session.send('convert to an arrow function');
      await pending[act](buffer.uri);
      await expect.poll(() => session.phase).toBe('idle');
    }
  });
});
