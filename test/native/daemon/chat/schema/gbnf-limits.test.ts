import { describe, expect, it } from 'vitest';
import { checkGbnfLimits } from '../../../../../native/daemon/chat/schema/gbnf-limits.ts';

/** Rules of which each is made of the next. */
function ruleChain(length: number, body: (next: string) => string): string {
  const name = (at: number): string => `r${at.toString(36)}`;
  const rules = Array.from({ length }, (_, at) => `${name(at)}::=${body(name(at + 1))}\n`);
  return `root::=r0\n${rules.join('')}${name(length)}::="a"\n`;
}

const open = (count: number): string => '('.repeat(count);
const close = (count: number): string => ')'.repeat(count);

describe('the limits of a grammar', () => {
  it.each([
    ['is empty', '', 'empty'],
    ['is larger than 1 MiB', `root ::= "a" # ${'x'.repeat(2 ** 20)}`, '1 MiB'],
    ['is larger than 1 MiB in UTF-8', `root ::= "a" # ${'é'.repeat(2 ** 19)}`, '1 MiB'],
    ['is nested beyond reason', `root ::= ${open(100_000)}"a"${close(100_000)}`, 'nests'],
    ['is nested once too often', `root ::= ${open(257)}"a"${close(257)}`, 'nests'],
    ['is nested behind parentheses that are text', `root ::= "${close(300)}" ${open(300)}"a"${close(300)}`, 'nests'],
    ['is nested behind parentheses in a class', `root ::= [\\]${close(300)}] ${open(300)}"a"${close(300)}`, 'nests'],
    ['begins a rule with itself', 'root ::= root "a" | "a"', 'itself'],
    ['begins a rule with itself behind one that may be empty', 'root ::= a? root "b"\na ::= "a"', 'itself'],
    ['begins a rule with itself in a group', 'root ::= ("x" | (root "a"))', 'itself'],
    ['begins rules with each other in a circle', 'root ::= a\na ::= b "x"\nb ::= a | "y"', 'itself'],
    ['has a long chain of rules that begin with each other', ruleChain(75_000, (next) => next), 'begin with'],
    ['has too many ways through them', ruleChain(40, (next) => `${next} | ${next} "b"`), 'too many ways'],
    ['hides those ways in repetitions', ruleChain(40, (next) => `(${next}? ${next}{1,3})? "b"`), 'too many ways'],
    ['writes out more than memory holds', `root ::= "${'a'.repeat(500_000)}"{1999}`, 'repeats'],
    ['repeats repetitions', `root ::= "a"${'{2000}'.repeat(500)}`, 'repeats'],
    ['names a token longer than any', `root ::= <${'a'.repeat(500_000)}>`, 'token'],
    ['excludes a token longer than any', `root ::= !<${'é'.repeat(600)}>`, 'token'],
  ])('refuse one that %s', (_, gbnf, why) => {
    expect(() => checkGbnfLimits(gbnf)).toThrow(
      expect.objectContaining({ code: 'grammar.invalid', message: expect.stringContaining(why) as string }),
    );
  });

  it.each([
    ['parentheses that are text', `root ::= "${open(300)}" [(]{300} # ${open(300)}`],
    ['nesting up to the limit', `root ::= ${open(256)}"a"${close(256)}`],
    [
      'lists that hold lists',
      'root ::= item (","? item){0,3}\nitem ::= "(" list? ")" | [a-z]+\nlist ::= item | item "," list',
    ],
    ['recursion at the end of a rule', 'root ::= "!" root?\n'],
    ['a megabyte of alternatives', `root ::= ${'"a" | '.repeat(170_000)}"a"`],
    ['a long chain', ruleChain(1000, (next) => next)],
    ['escaped quotes', 'root ::= "\\"" [^"\\\\]* "\\""'],
    ['a part that is repeated no times', 'root ::= "a" root{0}'],
    ['comments and line ends of every kind', '# first\r\nroot ::= a # (\r\n\ta\na ::= "x"\r\n'],
  ])('allow %s', (_, gbnf) => {
    expect(() => checkGbnfLimits(gbnf)).not.toThrow();
  });

  it.each(['root ::= ("a"', 'root ::= [', 'root ::= "a', 'root ::= )', 'root', '::=', 'root ::= * "a"', 'root ::= {'])(
    'leave it to llama.cpp to refuse %j',
    (gbnf) => {
      expect(() => checkGbnfLimits(gbnf)).not.toThrow();
    },
  );
});
