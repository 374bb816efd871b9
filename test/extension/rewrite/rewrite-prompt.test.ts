import { describe, expect, it } from 'vitest';
import {
  askMessages,
  fenced,
  rewriteMessages,
  type RewriteRequest,
} from '../../../extension/rewrite/rewrite-prompt.ts';

const request: RewriteRequest = {
  path: 'src/math.js',
  language: 'javascript',
  instruction: 'convert to an arrow function',
  code: 'export function add(a, b) {\n  return a + b;\n}',
};

describe('the compact prompt', () => {
  it('is exactly what the embedded model was taught', () => {
    expect(rewriteMessages('compact', request)).toEqual([
      {
        role: 'system',
        content: "You rewrite code in the user's editor. Answer with one fenced code block and nothing else.",
      },
      {
        role: 'user',
        content:
          'File: src/math.js\nInstruction: convert to an arrow function\n\n```js\nexport function add(a, b) {\n  return a + b;\n}\n```',
      },
    ]);
    expect(askMessages('compact', { ...request, instruction: 'Explain this code.' })).toEqual([
      {
        role: 'system',
        content:
          "You are a coding assistant in the user's editor. Use the tools to do the task, then say briefly what you did.",
      },
      { role: 'user', content: 'Explain this code.\n\n```js\nexport function add(a, b) {\n  return a + b;\n}\n```' },
    ]);
  });

  it('has the code without its margin and with plain line ends', () => {
    const [, user] = rewriteMessages('compact', { ...request, code: '  add(a, b) {\r\n    return a + b;\r\n  }' });
    expect(user?.content).toContain('```js\nadd(a, b) {\n  return a + b;\n}\n```');
  });
});

describe('the prompt for larger models', () => {
  it('tells what stands around the code', () => {
    const [system, user] = rewriteMessages('full', {
      ...request,
      surroundings: {
        before: 'const one = 1;',
        after: 'export default add;',
        enclosing: 'class Adder {}',
        imports: ["import { b } from './b.js';"],
        definitions: [{ path: 'src/b.js', text: 'export const b = 2;' }],
        problems: [{ line: 2, message: 'a is\n not defined' }],
      },
    });
    expect(system?.content).toMatch(/one fenced code block/);
    expect(user?.content).toMatchInlineSnapshot(`
      "File: src/math.js

      Imports of the file:
      \`\`\`js
      import { b } from './b.js';
      \`\`\`

      Used from src/b.js:
      \`\`\`js
      export const b = 2;
      \`\`\`

      The definition around the piece:
      \`\`\`js
      class Adder {}
      \`\`\`

      Lines before the piece:
      \`\`\`js
      const one = 1;
      \`\`\`

      Lines after the piece:
      \`\`\`js
      export default add;
      \`\`\`

      Problems in the piece:
      line 2: a is not defined

      The piece:
      \`\`\`js
      export function add(a, b) {
        return a + b;
      }
      \`\`\`

      Instruction: convert to an arrow function"
    `);
  });

  it('says that something is to be inserted where there is no code', () => {
    expect(rewriteMessages('full', { ...request, code: '' })[1]?.content).toContain('The piece is empty');
  });
});

it('a fence is longer than those in the code', () => {
  expect(fenced('markdown', 'a\n```js\nb\n```')).toBe('````markdown\na\n```js\nb\n```\n````');
  expect(fenced('plaintext', 'a')).toBe('```\na\n```');
});
