import type { Span } from '../workspace/span.ts';
import type { Syntax } from '../workspace/syntax.ts';
import type { Fault } from './rewrite-fault.ts';

/** Conditions on a rewrite, besides that it parses. */
export interface Demands {
  /** All definitions and identifiers stay: the code says the same in another way. */
  readonly sameNames?: boolean;
  /** Definitions may go, as when a class becomes functions. */
  readonly otherDefinitions?: boolean;
  /** The part may be deleted. */
  readonly mayBeEmpty?: boolean;
}

/** A text with one part rewritten. */
interface Rewritten {
  readonly language: string;
  /** The whole text before and after. */
  readonly before: string;
  readonly after: string;
  /** The part in the text before, and its end in the text after. */
  readonly part: Span;
  readonly endAfter: number;
}

/** Replaces a part of a text. */
export function rewritten(language: string, text: string, { from, to }: Span, code: string): Rewritten {
  return {
    language,
    before: text,
    after: text.slice(0, from) + code + text.slice(to),
    part: { from, to },
    endAfter: from + code.length,
  };
}

/** The fault of a rewrite; undefined if it has none. */
export async function faultOf(syntax: Syntax, rewrite: Rewritten, demands: Demands): Promise<Fault | undefined> {
  const { language, before, after, part, endAfter } = rewrite;
  if (before === after) return { kind: 'unchanged' };
  if (demands.mayBeEmpty !== true && after.slice(part.from, endAfter).trim() === '') return { kind: 'empty' };
  if (!syntax.knows(language)) return undefined;
  if ((await syntax.errors(language, after)) > (await syntax.errors(language, before))) return { kind: 'syntax' };
  if (demands.otherDefinitions !== true) {
    const definitions = async (text: string): Promise<readonly string[]> =>
      (await syntax.definitions(language, text)).map(({ name }) => name);
    const lost = firstLost(await definitions(before), await definitions(after));
    if (lost !== undefined) return { kind: 'lost', name: lost };
  }
  if (demands.sameNames === true) {
    const lost = firstLost(
      await syntax.names(language, before, part.from, part.to),
      await syntax.names(language, after, part.from, endAfter),
    );
    if (lost !== undefined) return { kind: 'lost', name: lost };
  }
  const name = await newUnbound(syntax, rewrite);
  return name === undefined ? undefined : { kind: 'unbound', name };
}

/** A name that the new code uses, that nothing defines, and that the old text did not use either. */
async function newUnbound(syntax: Syntax, { language, before, after, part, endAfter }: Rewritten) {
  const names = await syntax.unbound(language, after, part.from, endAfter);
  if (names.length === 0) return undefined;
  const known = new Set(await syntax.unbound(language, before, 0, before.length));
  return names.find((name) => !known.has(name));
}

function firstLost(before: readonly string[], after: readonly string[]): string | undefined {
  const left = new Set(after);
  return before.find((name) => !left.has(name));
}
