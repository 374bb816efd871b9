import { ToolError } from '../tool.ts';
import { elisionIn } from './elisions.ts';
import { findMatches, lineNumbers, MixedReplacement, type MatchResult } from './near-match.ts';

/** Line numbers shown of a text that is in a file several times. */
const numbersMax = 20;

/** A replacement by edit_file. */
interface Replacement {
  readonly oldString: string;
  readonly newString: string;
  readonly all: boolean;
}

/**
 * Replaces one place of a file's text, or all. `name` is the path that the model reads. Throws a ToolError if the text
 * is not there, is there several times, stays as it is, or leaves code out.
 */
export function replaced(text: string, edit: Replacement, name: string): { text: string; count: number } {
  const { oldString, newString, all } = edit;
  if (oldString === '') throw new ToolError('old_string is empty. Use write_file to write the whole file.');
  const found = findMatches(text, oldString);
  if (found.kind === 'none') {
    const closest = found.closest === undefined ? '' : ` The closest text is:\n${found.closest}`;
    throw new ToolError(`old_string is not in ${name}. Read the file again.${closest}`);
  }
  const { matches } = found;
  if (matches.length > 1 && !all) {
    const numbers = lineNumbers(text, matches, numbersMax).join(', ');
    const more = matches.length > numbersMax ? ` and ${matches.length - numbersMax} more` : '';
    throw new ToolError(
      `old_string is in ${name} ${matches.length} times. Add a line of context, or set replace_all. ` +
        `It begins on lines ${numbers}${more}.`,
    );
  }
  const [first] = matches;
  const elision = elisionIn(newString, first === undefined ? '' : text.slice(first.start, first.end), name);
  if (elision !== undefined) throw leavesOut('new_string', elision);
  const out = assembled(text, found, newString);
  if (out === text) throw new ToolError(`the edit changes nothing in ${name}: new_string is the text that is there.`);
  return { text: out, count: matches.length };
}

/** The refusal of a text in which a line stands for code that was left out. `argument` holds the text. */
export function leavesOut(argument: string, line: string): ToolError {
  return new ToolError(`${argument} leaves code out: "${line}" would stand in the file. Write the whole text.`);
}

function assembled(text: string, found: Extract<MatchResult, { kind: 'found' }>, newString: string): string {
  try {
    let out = '';
    let at = 0;
    for (const match of found.matches) {
      out += text.slice(at, match.start) + found.adapt(newString, match);
      at = match.end;
    }
    return out + text.slice(at);
  } catch (error) {
    throw error instanceof MixedReplacement ? new ToolError(error.message) : error;
  }
}
