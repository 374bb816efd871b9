import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { realSyntax } from '../../../support/extension/real-syntax.ts';

const syntax = realSyntax();
const unbound = (language: string, text: string) => syntax.unbound(language, text, 0, text.length);

describe('the names that nothing defines', () => {
  it('are found in JavaScript and TypeScript, wherever they are used', async () => {
    const text = `import { sum } from './sum.js';
const half = (value) => value / two;
export function total(items, { tax = rate } = {}) {
  for (const item of items) console.log(item.price, \`\${currency}\`);
  return sum(items) + roundUp(tax) + half(1);
}
new Basket({ items, limit: maximum, discount });
`;
    const names = ['two', 'rate', 'currency', 'roundUp', 'Basket', 'maximum', 'items', 'discount'];
    const found = ['two', 'currency', 'roundUp', 'Basket', 'maximum', 'discount'];
    expect((await unbound('javascript', text)).every((name) => names.includes(name))).toBe(true);
    expect(await unbound('javascript', text)).toEqual(expect.arrayContaining(found));
    expect(await unbound('typescript', 'function f(a: number): Result { return clamp(a as number); }')).toEqual([
      'clamp',
    ]);
  });

  it('are found in Python', async () => {
    const text = `import os
from shop import price as cost

def total(items, *, tax=rate, **more):
    with open("x") as file:
        try:
            return sum(cost(item) for item in items) + round_up(tax) + os.x
        except ValueError as error:
            raise Broken(error, file, more)
`;
    expect(await unbound('python', text)).toEqual(['rate', 'round_up', 'Broken']);
    expect(await unbound('python', 'from shop import *\nprice()\n')).toEqual([]);
  });

  it('are not parameters, patterns, imports, globals or tags of any kind', async () => {
    const text = `import shop, { a as b, type C } from 'shop';
import * as all from 'all';
export { shop as store };
const { d, e: { f }, ...rest } = all;
const [g = 1, , h] = rest;
class K extends b { #l = d; static m = f; n(o = g) { return this.#l + super.n(o, h, arguments); } }
label: for (let i = 0, j = 2; i < j; i++) { try { if (i) continue label; } catch (p) { throw new Error(p); } }
const q = async function r(s, ...t) { await Promise.all([r(...t), setTimeout, process, window.x, K]); return s?.u; };
const v = (w) => ({ w, x: typeof q, [w]: undefined, y() {} });
enumerate: while (v) break enumerate;
`;
    expect(await unbound('javascript', text.replace(', type C', ''))).toEqual([]);
    expect(await unbound('typescript', text)).toEqual([]);
    expect(
      await unbound('typescriptreact', 'export const A = (x: { y: 1 }) => <div key={x.y}><A {...x} /></div>;'),
    ).toEqual([]);
  });

  it('are looked for in the range only, and not in other languages', async () => {
    const text = 'missing();\nother();\n';
    expect(await syntax.unbound('javascript', text, 11, text.length)).toEqual(['other']);
    expect(await unbound('go', 'package a\nfunc f() { g() }')).toEqual([]);
  });

  it('are none in this project itself', async () => {
    const root = path.resolve(import.meta.dirname, '../../../..');
    for (const name of [
      'extension/chat/chat-controller.ts',
      'extension/agent/run-turn.ts',
      'extension/context/repo-map/repo-map.ts',
      'webview/components/transcript/virtual-list.ts',
      'native/daemon/kv/prompt-runner.ts',
      'native/build.mjs',
      'test/webview/gallery/gallery.mjs',
    ])
      expect([name, await unbound(name, readFileSync(path.join(root, name), 'utf8'))]).toEqual([name, []]);
  });
});
