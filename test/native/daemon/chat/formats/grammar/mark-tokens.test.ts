import { expect, it } from 'vitest';
import { withMarkTokens } from '../../../../../../native/daemon/chat/formats/grammar/mark-tokens.ts';
import { literal } from '../../../../../../native/daemon/chat/schema/gbnf.ts';

const marks = new Map([
  ['<a>', 1],
  ['<a><b>', 2],
  ['"|"', 3],
]);

it('puts a token in place of each mark in a quoted text, the longest first', () => {
  expect(withMarkTokens(`root ::= ${literal('<a>')} ${literal('x<a>y')}? ${literal('<a><b>')}`, marks)).toBe(
    'root ::= <[1]> ("x" <[1]> "y")? <[2]>',
  );
  expect(withMarkTokens(`root ::= ${literal('a\\"|"\n')}`, marks)).toBe('root ::= ("a\\\\" <[3]> "\\n")');
});

it('leaves classes, other texts and grammars without marks as they are', () => {
  const gbnf = 'root ::= [<a>"] "<b>" [^\\]<a>] "a"\n';
  expect(withMarkTokens(gbnf, marks)).toBe(gbnf);
  expect(withMarkTokens('root ::= "<a>"', new Map())).toBe('root ::= "<a>"');
});
