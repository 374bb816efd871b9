import { CodedError } from '../../../protocol/coded-error.ts';
import { readGbnfOutline } from './gbnf-outline.ts';
import type { GbnfReference, GbnfRule } from './gbnf-outline.ts';

const bytesMax = 2 ** 20;
const elementsMax = 2 ** 22;
const nestingMax = 256;
/** Bytes of a `<token>`: llama.cpp tokenises its text in one piece. */
const tokenBytesMax = 1024;
/** Rules that begin with each other: each takes about 130 bytes of llama.cpp's stack. */
const depthMax = 2000;
/** Ways through the beginnings of rules: each takes a stack while a reply is held to the grammar. */
const pathsMax = 16_384;
/** Rules that llama.cpp's search for left recursion visits. */
const visitsMax = 10_000_000;

/**
 * Throws `grammar.invalid` for a grammar that would exhaust llama.cpp's stack, memory or time, which ends the daemon:
 * its parser and its search for left recursion are recursive, that search walks every path, and repetitions are written
 * out. Other faults are left for llama.cpp to report.
 */
export function checkGbnfLimits(gbnf: string): void {
  if (gbnf === '' || Buffer.byteLength(gbnf) > bytesMax) throw invalid('The grammar is empty or larger than 1 MiB.');
  const outline = readGbnfOutline(gbnf);
  if (outline.nesting > nestingMax) throw invalid(`The grammar nests more than ${nestingMax} parentheses.`);
  if (outline.elements > elementsMax) throw invalid('The grammar repeats too much.');
  if (outline.tokenBytes > tokenBytesMax) throw invalid('The grammar names a token that no vocabulary has.');
  checkBeginnings(outline.rules);
}

/** Rules that llama.cpp's search for left recursion meets from one rule on. */
interface Reach {
  /** Rules in the longest chain. */
  readonly depth: number;
  readonly paths: number;
}

/**
 * Follows the rules that alternatives begin with, and the next ones where a rule may be empty. Throws for a rule that
 * begins with itself, and when the way is too long or has too many branches.
 */
function checkBeginnings(rules: readonly GbnfRule[]): void {
  const reaches: (Reach | undefined)[] = rules.map(() => undefined);
  let visits = 0;
  for (const rule of rules.keys()) {
    const { depth, paths } = reachOf(rule, rules, reaches);
    visits += paths;
    if (depth > depthMax) throw invalid('Too many rules of the grammar begin with each other.');
    if (paths > pathsMax || visits > visitsMax)
      throw invalid('The rules of the grammar begin with each other in too many ways.');
  }
}

/** Iterative on purpose: recursion here is the overflow we are guarding against. Fills `reaches` on the way. */
function reachOf(first: number, rules: readonly GbnfRule[], reaches: (Reach | undefined)[]): Reach {
  const known = reaches[first];
  if (known !== undefined) return known;
  const open = new Set([first]);
  const steps = [{ rule: first, beginnings: beginnings(first, rules), at: 0 }];
  for (let step = steps.at(-1); step !== undefined; step = steps.at(-1)) {
    const next = step.beginnings[step.at++]?.rule;
    if (next === undefined) {
      reaches[step.rule] = sum(step.beginnings, reaches);
      open.delete(step.rule);
      steps.pop();
    } else if (open.has(next)) {
      throw invalid('A rule of the grammar begins with itself (left recursion).');
    } else if (reaches[next] === undefined) {
      open.add(next);
      steps.push({ rule: next, beginnings: beginnings(next, rules), at: 0 });
    }
  }
  return reaches[first] ?? { depth: 0, paths: 0 };
}

/** The references that may stand at the beginning of a rule. */
function beginnings(rule: number, rules: readonly GbnfRule[]): GbnfReference[] {
  const found: GbnfReference[] = [];
  for (const alternative of rules[rule]?.alternatives ?? []) {
    for (const reference of alternative) {
      const mayBeEmpty = rules[reference.rule]?.mayBeEmpty === true;
      found.push(mayBeEmpty ? reference : { rule: reference.rule, times: 1 });
      if (!mayBeEmpty) break;
    }
  }
  return found;
}

function sum(references: readonly GbnfReference[], reaches: readonly (Reach | undefined)[]): Reach {
  let [depth, paths] = [0, 1];
  for (const { rule, times } of references) {
    const reach = reaches[rule] ?? { depth: 0, paths: 0 };
    depth = Math.max(depth, reach.depth);
    paths = Math.min(pathsMax + 1, paths + times * reach.paths);
  }
  // llama.cpp turns a repetition of a possibly empty part into a chain of as many rules.
  return { depth: depth + (references[0]?.times ?? 1), paths };
}

function invalid(message: string): CodedError {
  return new CodedError('grammar.invalid', message);
}
