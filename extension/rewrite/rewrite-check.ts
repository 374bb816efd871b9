import type { Syntax } from '../workspace/syntax.ts';
import type { Fault } from './rewrite-fault.ts';

/** What must hold of a rewrite besides that it parses. */
export interface Demands {
  /** Every definition that was there is there, and every identifier: the code says the same, another way. */
  readonly sameNames?: boolean;
  /** Definitions may go (a class that becomes functions). */
  readonly otherDefinitions?: boolean;
}

export interface Rewritten {
  readonly language: string;
  /** The whole text before and after. */
  readonly before: string;
  readonly after: string;
  /** The part that was rewritten, in both. */
  readonly from: number;
  readonly to: number;
  readonly toAfter: number;
}

/** What is wrong with a rewrite; undefined: nothing. */
export async function faultOf(syntax: Syntax, rewritten: Rewritten, demands: Demands): Promise<Fault | undefined> {
  const { language, before, after, from, to, toAfter } = rewritten;
  if (before === after) return { kind: 'unchanged' };
  if (after.slice(from, toAfter).trim() === '') return { kind: 'empty' };
  if (!syntax.knows(language)) return undefined;
  const [errors, errorsAfter] = [await syntax.errors(language, before), await syntax.errors(language, after)];
  if (errorsAfter > errors) return { kind: 'syntax' };
  if (demands.otherDefinitions !== true) {
    const lost = await missing(
      async (text) => (await syntax.definitions(language, text)).map((definition) => definition.name),
      before,
      after,
    );
    if (lost !== undefined) return { kind: 'lost', name: lost };
  }
  if (demands.sameNames === true) {
    const lost = await missing(
      (text) => syntax.names(language, text, from, text === before ? to : toAfter),
      before,
      after,
    );
    if (lost !== undefined) return { kind: 'lost', name: lost };
  }
  return undefined;
}

/** The first name of the text before that the text after does not have. */
async function missing(
  names: (text: string) => Promise<readonly string[]>,
  before: string,
  after: string,
): Promise<string | undefined> {
  const known = new Set(await names(after));
  return (await names(before)).find((name) => !known.has(name));
}
