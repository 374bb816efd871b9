import { describe, expect, it } from 'vitest';
import { readSource, sourceFiles } from '../../rules/source-files.ts';

const table = /export interface Methods \{\n([\s\S]*?)\n\}/.exec(readSource('native/protocol/methods.ts'))?.[1] ?? '';
/** Each method with the comment above it. */
const methods = [...table.matchAll(/(\/\*\*(?:(?!\*\/)[\s\S])*\*\/\n)?^ {2}'?([\w.]+)'?: \{/gm)].map(
  ([, comment = '', name = '']) => ({ name, comment }),
);
const clients = sourceFiles(/^extension\/.*\.ts$/).map(readSource);

function isCalled(name: string): boolean {
  const call = new RegExp(`([Rr]equest|\\bcall)(<[^>]*>)?\\((rpc,)?\\s*'${name.replace('.', '\\.')}'`);
  return clients.some((text) => call.test(text));
}

describe('the methods of the protocol', () => {
  it('are found by this test', () => {
    expect(methods.map(({ name }) => name)).toEqual(expect.arrayContaining(['hello', 'session.create', 'shutdown']));
  });

  it('are each called by the extension, or say for whom they are', () => {
    const uncalled = methods.filter(({ name }) => !isCalled(name));
    expect(uncalled.filter(({ comment }) => !comment.includes('For other clients:'))).toEqual([]);
  });

  it('say that they are for other clients only where the extension does not call them', () => {
    const marked = methods.filter(({ comment }) => comment.includes('For other clients:'));
    expect(marked.filter(({ name }) => isCalled(name))).toEqual([]);
  });
});
