import type { Syntax } from '../context/syntax.ts';
import { translate } from '../translation.ts';

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

/** What is wrong with a rewrite, as a sentence for the user and, the same, for the model's second try; undefined: nothing. */
export async function faultOf(syntax: Syntax, rewritten: Rewritten, demands: Demands): Promise<string | undefined> {
  const { language, before, after, from, to, toAfter } = rewritten;
  if (before === after) return translate('The answer is the code as it was.');
  if (after.slice(from, toAfter).trim() === '') return translate('The answer is empty.');
  if (!syntax.knows(language)) return undefined;
  const [errors, errorsAfter] = [await syntax.errors(language, before), await syntax.errors(language, after)];
  if (errorsAfter > errors) return translate('The answer does not parse.');
  if (demands.otherDefinitions !== true) {
    const lost = await missing(async (text) => (await syntax.definitions(language, text)).map((definition) => definition.name), before, after);
    if (lost !== undefined) return translate('The answer lost {0}.', lost);
  }
  if (demands.sameNames === true) {
    const lost = await missing((text) => syntax.names(language, text, from, text === before ? to : toAfter), before, after);
    if (lost !== undefined) return translate('The answer lost {0}.', lost);
  }
  return undefined;
}

/** The first name of the text before that the text after does not have. */
async function missing(names: (text: string) => Promise<readonly string[]>, before: string, after: string): Promise<string | undefined> {
  const known = new Set(await names(after));
  return (await names(before)).find((name) => !known.has(name));
}
