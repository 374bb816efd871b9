// Faked: the model, which says what the test tells it to. The syntax is read by the real grammars.
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../native/protocol/chat.ts';
import { documented, withCommentAbove } from '../../../extension/rewrite/doc-comment.ts';
import { Refusal } from '../../../extension/rewrite/refusal.ts';
import { rewrite, type RewriteOrder } from '../../../extension/rewrite/rewrite.ts';
import { selectedTarget, targetOf } from '../../../extension/rewrite/rewrite-target.ts';
import { scriptedOneShot } from '../../support/extension/scripted-one-shot.ts';
import { realSyntax } from '../../support/extension/real-syntax.ts';

const syntax = realSyntax();
const signal = new AbortController().signal;
const add = 'export function add(a, b) {\n  return a + b;\n}';
const text = `const one = 1;\n\n${add}\n\nconst two = 2;\n`;
const fence = (code: string): string => `\`\`\`js\n${code}\n\`\`\``;

function order(change: Partial<RewriteOrder> = {}): RewriteOrder {
  const from = text.indexOf(add);
  return {
    path: 'src/math.js',
    language: 'javascript',
    text,
    target: targetOf(text, { from, to: from + add.length }),
    instruction: 'convert to an arrow function',
    ...change,
  };
}

async function refusalOf(promise: Promise<unknown>): Promise<Refusal> {
  const thrown: unknown = await promise.then(
    () => undefined,
    (error: unknown) => error,
  );
  if (!(thrown instanceof Refusal)) throw new Error(`No refusal: ${String(thrown)}`);
  return thrown;
}

describe('a rewrite', () => {
  it('asks small models exactly as they were taught, and gives back the code of the answer', async () => {
    const asked: (readonly ChatMessage[])[] = [];
    const oneShot = scriptedOneShot('compact', [fence('export const add = (a, b) => a + b;')], asked);
    expect(await rewrite({ oneShot, syntax }, order(), signal)).toBe('export const add = (a, b) => a + b;');
    expect(asked).toEqual([
      [
        {
          role: 'system',
          content: "You rewrite code in the user's editor. Answer with one fenced code block and nothing else.",
        },
        { role: 'user', content: `File: src/math.js\nInstruction: convert to an arrow function\n\n${fence(add)}` },
      ],
    ]);
  });

  it('with a name that nothing defines fails for a small model, and is doubted from a larger one', async () => {
    const wrong = fence('export const add = (a, b) => plus(a, b);');
    const small = await refusalOf(rewrite({ oneShot: scriptedOneShot('compact', [wrong]), syntax }, order(), signal));
    expect(small.message).toContain('uses plus, which is not defined anywhere');
    const asked: (readonly ChatMessage[])[] = [];
    const doubted: unknown[] = [];
    const oneShot = scriptedOneShot('full', [wrong, wrong], asked);
    const doubt = (fault: unknown): void => void doubted.push(fault);
    expect(await rewrite({ oneShot, syntax }, order({ doubt }), signal)).toContain('plus(a, b)');
    expect(asked[1]?.at(-1)?.content).toContain('`plus`, which is not defined');
    expect(doubted).toEqual([{ kind: 'unbound', name: 'plus' }]);
    const known = order({ text: text.replace('const one = 1;', 'plus(1, 2, 3);') });
    expect(await rewrite({ oneShot: scriptedOneShot('compact', [wrong]), syntax }, known, signal)).toContain('plus');
  });

  it('keeps the indentation and the line ends of the text', async () => {
    const method = '  add(a, b) {\r\n    return a - b;\r\n  }';
    const whole = `class Sum {\r\n${method}\r\n}\r\n`;
    const oneShot = scriptedOneShot('compact', [fence('add(a, b) {\n  return a + b;\n}')]);
    const from = whole.indexOf(method);
    expect(
      await rewrite(
        { oneShot, syntax },
        order({ text: whole, target: targetOf(whole, { from, to: from + method.length }) }),
        signal,
      ),
    ).toBe('  add(a, b) {\r\n    return a + b;\r\n  }');
  });

  it.each([
    ['does not parse', fence('export const add = (a, b => a + b;'), 'The answer does not parse.'],
    ['loses the function', fence('export const sum = (a, b) => a + b;'), 'The answer lost add.'],
    ['is what was there', fence(add), 'The answer is the same code.'],
    ['is no code', 'I would rather not.', 'The answer has no code.'],
    ['is cut', '```js\nexport const add = (a, b) =>', 'The answer was cut off.'],
    ['is empty', fence(''), 'The answer is empty.'],
  ])('is refused when the answer of a small model %s', async (_, answer, why) => {
    const asked: (readonly ChatMessage[])[] = [];
    const refused = await refusalOf(
      rewrite({ oneShot: scriptedOneShot('compact', [answer], asked), syntax }, order(), signal),
    );
    expect(refused.message).toBe(`scripted failed: ${why} Nothing was changed.`);
    expect(refused.remedy).toBe('model');
    expect(asked).toHaveLength(1);
  });

  it('is refused when a name that must stay is gone', async () => {
    const vowels =
      'export function count(text) {\n  let found = 0;\n  for (const letter of text) found += 1;\n  return found;\n}';
    const oneShot = scriptedOneShot('compact', [fence('export const count = (text) => text[0];')]);
    const refused = await refusalOf(
      rewrite(
        { oneShot, syntax },
        order({ text: vowels, target: targetOf(vowels, { from: 0, to: vowels.length }), demands: { sameNames: true } }),
        signal,
      ),
    );
    expect(refused.message).toMatch(/The answer lost (letter|found)\./);
  });

  it('asks larger models once more, with the reason', async () => {
    const asked: (readonly ChatMessage[])[] = [];
    const oneShot = scriptedOneShot(
      'full',
      [fence('const add = ('), fence('export const add = (a, b) => a + b;')],
      asked,
    );
    expect(await rewrite({ oneShot, syntax }, order(), signal)).toBe('export const add = (a, b) => a + b;');
    expect(asked[1]?.map(({ role }) => role)).toEqual(['system', 'user', 'assistant', 'user']);
    expect(asked[1]?.at(-1)?.content).toMatch(/^Your code does not parse\./);
  });

  it('may be judged by a text that had errors before', async () => {
    const broken = `${add}\n\nfunction half( {\n`;
    const oneShot = scriptedOneShot('compact', [fence('export const add = (a, b) => a + b;')]);
    expect(
      await rewrite(
        { oneShot, syntax },
        order({ text: broken, target: targetOf(broken, { from: 0, to: add.length }) }),
        signal,
      ),
    ).toContain('=>');
  });

  it('does not send what is too long to come back', async () => {
    const long = `function long() {\n${'  work();\n'.repeat(3000)}}`;
    const asked: (readonly ChatMessage[])[] = [];
    await refusalOf(
      rewrite(
        { oneShot: scriptedOneShot('full', [], asked), syntax },
        order({ text: long, target: targetOf(long, { from: 0, to: long.length }) }),
        signal,
      ),
    );
    expect(asked).toEqual([]);
  });
});

describe('what a command acts on', () => {
  const at = (from: number, to = from) => selectedTarget(syntax, { language: 'javascript', text, from, to });

  it('is the definition around the cursor', async () => {
    expect(await at(text.indexOf('return'))).toMatchObject({ text: add, name: 'add' });
  });

  it('is the definition too when a word of it is selected', async () => {
    const from = text.indexOf('add');
    expect(await at(from, from + 3)).toMatchObject({ text: add });
  });

  it('is the selected lines, whole', async () => {
    const from = text.indexOf('return');
    expect(await at(from, from + 'return a + b;'.length)).toMatchObject({ text: '  return a + b;' });
  });

  it('is nothing in an empty text', async () => {
    expect(await selectedTarget(syntax, { language: 'javascript', text: '\n\n', from: 1, to: 1 })).toBeUndefined();
  });
});

describe('a documented definition', () => {
  it('is the code as it was below the comment of the answer', () => {
    expect(documented('javascript', add, `/** Returns the sum. */\n${add.replace('a + b', 'a - b')}`)).toBe(
      `/** Returns the sum. */\n${add}`,
    );
  });

  it("takes comments of several lines, and the code's indentation", () => {
    expect(
      documented(
        'typescript',
        '  get size() {\n    return 1;\n  }',
        '/**\n * The size.\n */\nget size() {\n  return 1;\n}',
      ),
    ).toBe('  /**\n   * The size.\n   */\n  get size() {\n    return 1;\n  }');
  });

  it("has the new comment in the old one's place", () => {
    expect(documented('javascript', `/** Adds. */\n${add}`, `/** Returns the sum. */\n${add}`)).toBe(
      `/** Returns the sum. */\n${add}`,
    );
    expect(
      withCommentAbove(
        'javascript',
        `const a = 1;\n/**\n * Adds.\n */\n${add}`,
        `const a = 1;\n/**\n * Adds.\n */\n`.length,
      ),
    ).toBe('const a = 1;\n'.length);
  });

  it('is left to the model where comments stand within, and where the answer has none', () => {
    expect(
      documented('python', 'def add(a, b):\n    return a + b', 'def add(a, b):\n    """The sum."""\n    return a + b'),
    ).toBeUndefined();
    expect(documented('javascript', add, add)).toBeUndefined();
  });
});
