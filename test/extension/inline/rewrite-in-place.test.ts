import { describe, expect, it } from 'vitest';
import { arrow, block, inlineChat, math, withArrow } from '../../support/extension/inline-chat.ts';

describe('code written into the document', () => {
  it('cannot be accepted if it does not parse; a small model is not asked again', async () => {
    const { buffer, session, asked, lastNote } = inlineChat([block('export const add = (a, b => a + b;')]);
    await session.send('convert to an arrow function');
    expect(asked).toHaveLength(1);
    expect(session.phase).toBe('broken');
    expect(lastNote()).toContain('does not parse');
    await session.accept();
    expect(session.phase).toBe('broken');
    await session.reject();
    expect(buffer.text).toBe(math);
  });

  it('is requested once more from a larger model if it does not parse, with the reason', async () => {
    const broken = block('export const add = (a, b => a + b;');
    const { buffer, session, asked, pending } = inlineChat([broken, block(arrow)], { profile: 'full' });
    await session.send('make it an arrow function');
    expect(asked).toHaveLength(2);
    expect(asked[1]?.messages.slice(-2)).toMatchObject([
      { role: 'assistant', content: broken },
      { role: 'user', content: expect.stringContaining('does not parse') as string },
    ]);
    expect(buffer.text).toBe(withArrow);
    expect(session.phase).toBe('proposal');
    await pending.settled();
    expect(pending.file(buffer.uri)).toMatchObject({ changing: false, hunks: [{ newLines: 1 }] });
    const stubborn = inlineChat([broken, broken, block(arrow)], { profile: 'full' });
    await stubborn.session.send('make it an arrow function');
    expect(stubborn.asked).toHaveLength(2);
    expect(stubborn.session.phase).toBe('broken');
  });

  it('with a name that nothing defines cannot be accepted from a small model; of a larger one it is said', async () => {
    const wrong = block('export const add = (a, b) => plus(a, b);');
    const small = inlineChat([wrong]);
    await small.session.send('convert to an arrow function');
    expect([small.session.phase, small.lastNote()]).toEqual(['broken', expect.stringContaining('plus is not defined')]);
    const large = inlineChat([wrong, wrong], { profile: 'full' });
    await large.session.send('make it an arrow function');
    expect(large.asked).toHaveLength(2);
    expect([large.session.phase, large.lastNote()]).toEqual([
      'proposal',
      expect.stringContaining('Check it before you accept'),
    ]);
  });

  it('cannot be accepted if it was cut off', async () => {
    const { session, lastNote } = inlineChat(['```js\nexport const add = 1;']);
    await session.send('make it one');
    expect(session.phase).toBe('broken');
    expect(lastNote()).toContain('cut off');
  });

  it('leaves nothing to decide on if it changes nothing', async () => {
    const { buffer, session, pendingNow, lastNote } = inlineChat([
      block('export function add(a, b) {\n  return a + b;\n}'),
    ]);
    await session.send('improve');
    expect(buffer.text).toBe(math);
    expect(session.phase).toBe('idle');
    expect(lastNote()).toBe('The model proposes no change.');
    expect(await pendingNow()).toBe(0);
  });

  it('has the margin and the line ends of the original', async () => {
    const text = 'class A {\r\n  add(a, b) {\r\n    return a + b;\r\n  }\r\n}\r\n';
    const { buffer, session, asked } = inlineChat([block('/** Returns the sum. */\nadd(a, b) {\n  return a + b;\n}')], {
      text,
      selection: { from: 15, to: 15 },
    });
    await session.send('/doc');
    expect(asked[0]?.messages[1]?.content).toContain(
      'add a doc comment\n\n```js\nadd(a, b) {\n  return a + b;\n}\n```',
    );
    expect(buffer.text).toBe(
      'class A {\r\n  /** Returns the sum. */\r\n  add(a, b) {\r\n    return a + b;\r\n  }\r\n}\r\n',
    );
    await session.reject();
    expect(buffer.text).toBe(text);
  });

  it('is refused if the document cannot be written', async () => {
    const { buffer, session, lastNote } = inlineChat([block(arrow)]);
    buffer.readOnly = true;
    await session.send('convert to an arrow function');
    expect(lastNote()).toContain('refused the change');
    expect(session.phase).toBe('idle');
    expect(buffer.text).toBe(math);
  });
});
