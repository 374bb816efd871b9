// Faked: the model. The syntax is read by the real grammars.
import { describe, expect, it } from 'vitest';
import type { ChatMessage } from '../../../native/protocol/chat.ts';
import { writeTests, type TestOrder } from '../../../extension/rewrite/test-writer.ts';
import { scriptedOneShot } from '../../support/extension/scripted-one-shot.ts';
import { realSyntax } from '../../support/extension/real-syntax.ts';

const syntax = realSyntax();
const signal = new AbortController().signal;
const head = "import { test } from 'node:test';\nimport { add } from '../src/math.js';\n\n";
const one = "test('add adds', () => {\n  add(1, 2);\n});\n";
const two = "\ntest('add takes negative numbers', () => {\n  add(-1, 2);\n});\n";
const order: TestOrder = {
  source: 'src/math.js',
  language: 'javascript',
  code: 'export function add(a, b) {\n  return a + b;\n}',
  name: 'add',
  imports: [],
  place: { path: 'test/math.test.js', exists: true, example: 'test/math.test.js' },
  existing: head + one,
  example: undefined,
  runner: '`node --test`',
};
const fence = (code: string): string => `\`\`\`js\n${code}\`\`\``;

describe('written tests', () => {
  it('are the whole file, and the model is told where it is and what it holds', async () => {
    const asked: (readonly ChatMessage[])[] = [];
    expect(
      await writeTests({ oneShot: scriptedOneShot('full', [fence(head + one + two)], asked), syntax }, order, signal),
    ).toBe(head + one + two);
    const request = asked[0]?.[1]?.content ?? '';
    for (const said of [
      'Write tests for `add` of src/math.js',
      "the code's path is ../src/math.js",
      'The tests run with `node --test`',
      one,
    ])
      expect(request).toContain(said);
  });

  it('are asked for once more when tests that were there are lost, or it does not parse', async () => {
    const asked: (readonly ChatMessage[])[] = [];
    expect(
      await writeTests(
        { oneShot: scriptedOneShot('full', [fence(head), fence(head + one + two)], asked), syntax },
        order,
        signal,
      ),
    ).toBe(head + one + two);
    expect(asked[1]?.at(-1)?.content).toContain('lost existing tests');
    await expect(
      writeTests(
        { oneShot: scriptedOneShot('full', [fence(`${head}test(\n`), fence(`${head}test(\n`)]), syntax },
        order,
        signal,
      ),
    ).rejects.toThrow('The answer does not parse.');
  });

  it('are refused when there is no code', async () => {
    await expect(
      writeTests({ oneShot: scriptedOneShot('full', ['No.', 'No.']), syntax }, order, signal),
    ).rejects.toThrow('scripted failed: The answer has no code. Nothing was changed.');
  });
});
