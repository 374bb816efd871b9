import type { NativeModel } from '../../../../native/addon/contract.ts';
import { schemaRule } from '../../../../native/daemon/chat/schema/compiler.ts';
import { GrammarRules } from '../../../../native/daemon/chat/schema/gbnf.ts';
import { CodedError } from '../../../../native/protocol/coded-error.ts';
import { spaced } from '../../../support/daemon/schema-instances.ts';
import type { SchemaCase } from './schema-cases.ts';

/** What became of a schema: its grammar, held against values that fit the schema and values that do not. */
export interface Judged {
  readonly name: string;
  readonly outcome: 'right' | 'refuses' | 'admits' | 'both' | 'no grammar';
  /** Of a processor, until the grammar could be followed. */
  readonly milliseconds: number;
  readonly size: number;
  /** The first value that went wrong, with a mark where it was refused; or why there is no grammar. */
  readonly reason: string;
}

/** A character that JSON cannot hold: what is followed by it has come to its end. */
const end = '\u0003';

/** Judges one schema with the matcher of the addon. */
export async function judge(model: NativeModel, { name, schema, tests }: SchemaCase): Promise<Judged> {
  const start = cpuTime();
  let gbnf = '';
  try {
    const rules = new GrammarRules();
    const answer = schemaRule(rules, schema, 'answer', 'open');
    rules.define('root', `${answer} "\\x03"`);
    gbnf = rules.toString();
    await model.checkGrammar(gbnf, 'root');
  } catch (error) {
    return {
      ...measured(name, start, gbnf),
      outcome: 'no grammar',
      reason: reasonOf(error),
    };
  }
  const result = measured(name, start, gbnf);
  const wrong: { readonly valid: boolean; readonly text: string }[] = [];
  for (const { data, valid } of tests) {
    const text = spaced(data);
    if ((await follows(model, gbnf, text)) !== valid) wrong.push({ valid, text });
  }
  const [first] = wrong;
  if (first === undefined) return { ...result, outcome: 'right', reason: '' };
  const refuses = wrong.some(({ valid }) => valid);
  const admits = wrong.some(({ valid }) => !valid);
  const one = refuses ? 'refuses' : 'admits';
  const reason = first.valid ? await refusedAt(model, gbnf, first.text) : first.text;
  return { ...result, outcome: refuses && admits ? 'both' : one, reason };
}

/** The text with a mark where it is refused, and little before that. */
async function refusedAt(model: NativeModel, gbnf: string, text: string): Promise<string> {
  let [good, bad] = [0, text.length];
  while (bad - good > 1) {
    const middle = (good + bad) >> 1;
    if ((await follows(model, gbnf, text.slice(0, middle), '')) === true) good = middle;
    else bad = middle;
  }
  return `${text.slice(Math.max(0, good - 80), good)} >>> ${text.slice(good)}`;
}

async function follows(model: NativeModel, gbnf: string, text: string, after = end): Promise<boolean | undefined> {
  try {
    return await model.checkGrammar(gbnf, 'root', text + after);
  } catch (error) {
    if (error instanceof Error && 'code' in error) return undefined; // too many ways to follow it
    throw error;
  }
}

function measured(name: string, start: number, gbnf: string): Pick<Judged, 'name' | 'milliseconds' | 'size'> {
  return { name, milliseconds: cpuTime() - start, size: gbnf.length };
}

function reasonOf(error: unknown): string {
  if (error instanceof CodedError || (error instanceof Error && 'code' in error)) return error.message;
  throw error;
}

/** Milliseconds of a processor that this process took: other programs do not count. */
function cpuTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}
