import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { firstLook } from '../../../extension/context/first-look.ts';
import { FakeIndex } from '../../support/extension/fake-index.ts';

const relative = (absolute: string): string => path.posix.relative('/w', absolute);

describe('the first look at a workspace', () => {
  it('finds its language, a test and the function that most files use', async () => {
    const index = new FakeIndex({
      'tools/build.js': { defines: ['build()'] },
      'shop/cart.py': { defines: ['total(items)', 'empty()'] },
      'shop/order.py': { uses: ['total'] },
      'shop/deep/down/test_all.py': { uses: ['empty'] },
      'tests/test_cart.py': { uses: ['total', 'empty'] },
    });
    expect(await firstLook(index, relative)).toEqual({
      language: 'Python',
      test: 'tests/test_cart.py',
      functionName: 'total',
    });
  });

  it('finds nothing where there are no programs', async () => {
    expect(await firstLook(new FakeIndex({ 'notes.md': {} }), relative)).toEqual({
      language: undefined,
      test: undefined,
      functionName: undefined,
    });
  });
});
