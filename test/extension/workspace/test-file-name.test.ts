import { describe, expect, it } from 'vitest';
import { isTestCode, isTestFile } from '../../../extension/workspace/test-file-name.ts';

describe('a test file', () => {
  it('is known by its name in every language of the index', () => {
    const tests = [
      'src/cart.test.js',
      'src/cart.spec.mjs',
      'cart-test.cjs',
      'cart_spec.jsx',
      'cart.test.ts',
      'cart.spec.mts',
      'cart.test.tsx',
      'shop/test_cart.py',
      'shop/cart_test.py',
      'shop/tests.py',
      'src/cart_test.rs',
      'src/cart/tests.rs',
      'cart_test.go',
      'src/CartTest.java',
      'src/CartTests.java',
      'src/TestCart.java',
      'test_cart.c',
      'cart_test.cc',
      'cart_unittest.cpp',
      'CartTest.cpp',
      'CartTests.cs',
      'cart_spec.rb',
      'cart_test.rb',
      'test_cart.rb',
      'CartTest.php',
      'cart.bats',
      'test_cart.sh',
      'Cart.Tests.ps1',
      'cart_spec.lua',
      'theme.test.css',
      'settings.test.ini',
      'src/__tests__/cart.js',
      'src\\__tests__\\cart.js',
    ];
    expect(tests.filter((name) => !isTestFile(name))).toEqual([]);
  });

  it('is not a source that only sounds like one', () => {
    const sources = [
      'contest.js',
      'src/latest.ts',
      'src/test-setup.js',
      'src/apiSpec.ts',
      'src/testing.py',
      'Contest.java',
      'src/Attest.cs',
      'specification.rb',
      'src/protest.go',
    ];
    expect(sources.filter((name) => isTestFile(name) || isTestCode(name))).toEqual([]);
  });
});

it('test code is also what stands in a folder of tests', () => {
  for (const name of ['test/helpers.js', 'tests/data.py', 'spec/support.rb', 'crate\\tests\\common.rs']) {
    expect(isTestFile(name)).toBe(false);
    expect(isTestCode(name)).toBe(true);
  }
  expect(isTestCode('src/latest/cart.js')).toBe(false);
});
