import { describe, expect, it } from 'vitest';
import { readInstruction } from '../../../extension/rewrite/instruction.ts';

const code = { language: 'javascript', problem: undefined };
const nano = { name: 'nano', profile: 'compact' } as const;
const large = { name: 'large', profile: 'full' } as const;

describe('an instruction', () => {
  it('is passed on as it is typed; questions are asked', () => {
    expect(readInstruction(' rename a to b ', nano, code)).toEqual({ kind: 'edit', text: 'rename a to b' });
    expect(readInstruction('what is this?', nano, code)).toEqual({ kind: 'ask', text: 'what is this?' });
    expect(readInstruction('这是什么？', large, code)).toEqual({ kind: 'ask', text: '这是什么？' });
  });

  it('for small models has the words that they were taught', () => {
    expect(readInstruction('/doc', nano, code)).toEqual({ kind: 'edit', text: 'add a doc comment' });
    expect(readInstruction('/fix', nano, code)).toEqual({ kind: 'edit', text: 'fix the bug' });
    expect(readInstruction('/fix', nano, { ...code, problem: "'c' is not defined." })).toEqual({
      kind: 'edit',
      text: "Fix this problem: 'c' is not defined.",
    });
    expect(readInstruction('/explain', nano, code)).toEqual({ kind: 'ask', text: 'Explain this code.' });
  });

  it('for larger models takes what is typed behind a shortcut', () => {
    expect(readInstruction('/doc in German', large, code).text).toMatch(/doc comment.* in German$/);
    expect(readInstruction('/simplify', large, code).kind).toBe('edit');
    expect(readInstruction('/tests', large, code).kind).toBe('ask');
  });

  it('is refused if the model cannot do it, or the shortcut does not exist', () => {
    expect(() => readInstruction('/tests', nano, code)).toThrow(/too small/);
    expect(() => readInstruction('/simplify', nano, code)).toThrow(/too small/);
    expect(() => readInstruction('sort it', nano, { language: 'python', problem: undefined })).toThrow(
      /only knows JavaScript/,
    );
    expect(() => readInstruction('/dance', large, code)).toThrow(
      'There is no shortcut /dance. The shortcuts are /explain, /fix, /doc, /tests, /simplify.',
    );
  });

  it('may begin with a path', () => {
    expect(readInstruction('/usr/bin must be /bin', nano, code)).toEqual({
      kind: 'edit',
      text: '/usr/bin must be /bin',
    });
  });
});
