import { scanWord, type BashWord } from './bash-words.ts';
import { assignmentIn, isHarmlessAssignment } from './harmless-variables.ts';

/** One simple command as it is written. */
interface WrittenCommand {
  readonly words: readonly string[];
  /** Whether a glob may add words to it. */
  readonly globbed: boolean;
}

export interface WrittenLine {
  readonly commands: readonly WrittenCommand[];
  /** Files that `<` reads. */
  readonly files: readonly string[];
}

const reserved = new Set(
  'if then elif else fi case esac for select while until do done in function [[ ]] { } ! coproc'.split(' '),
);
/** bash splits words at space, tab and newline only; other programs also split at these. */
const unclear = /(?![\t\n])\p{Cc}|\\\n|\p{Surrogate}/u;

/**
 * Reads a line of bash by a part of its grammar that is small enough to be read exactly: words, quotes, `;`, `&`, `|`,
 * `&&`, `||`, newlines, `!`, `( )`, `{ }`, harmless assignments and harmless redirections.
 *
 * @returns undefined when any byte of the line is something else.
 */
export function readLine(line: string): WrittenLine | undefined {
  if (unclear.test(line)) return undefined;
  return new LineScan(line).read();
}

/**
 * What may come next. `may`: a command, or the end. `must`: a command. `pipe`, `bang`: a command, without a `!`.
 * `words`: more words of this command. `closed`: a group has ended, so an operator or a redirection.
 */
type State = 'may' | 'must' | 'pipe' | 'bang' | 'words' | 'closed';

class LineScan {
  readonly #line: string;
  readonly #commands: WrittenCommand[] = [];
  readonly #files: string[] = [];
  readonly #groups: ('(' | '{')[] = [];
  #at = 0;
  #state: State = 'may';
  #words: BashWord[] = [];
  #assigned = false;

  constructor(line: string) {
    this.#line = line;
  }

  read(): WrittenLine | undefined {
    while (this.#at < this.#line.length) if (!this.#step()) return undefined;
    if (!this.#endCommand() && this.#state !== 'may') return undefined;
    if (this.#assigned || this.#groups.length > 0 || this.#commands.length === 0) return undefined;
    return { commands: this.#commands, files: this.#files };
  }

  /** Reads one blank, comment, operator, redirection or word; false when it is none of them. */
  #step(): boolean {
    const blanks = this.#take(/[ \t]+|#[^\n]*/y);
    if (blanks !== undefined) return true;
    if (this.#take(/\n/y) !== undefined) return this.#newline();
    const redirection = this.#take(/[0-9]?(?:>>|>&|>|<)|&>>|&>/y);
    if (redirection !== undefined) return this.#redirection(redirection);
    const operator = this.#take(/&&|\|\||\|&|[;&|()]/y);
    if (operator !== undefined) return this.#operator(operator);
    const word = scanWord(this.#line, this.#at);
    if (word === undefined) return false;
    this.#at += word.raw.length;
    // `{fd}>file` and `12>file` name a descriptor.
    return !/[<>]/.test(this.#line[this.#at] ?? '') && this.#word(word);
  }

  #take(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#line)?.[0];
    this.#at += found?.length ?? 0;
    return found;
  }

  /** Ends the command that is being read, if any; true after a complete command or group. */
  #endCommand(): boolean {
    if (this.#state === 'words') {
      this.#commands.push({
        words: this.#words.map((word) => word.text),
        globbed: this.#words.some((word) => word.globbed),
      });
      this.#words = [];
      this.#assigned = false;
    }
    return this.#state === 'words' || this.#state === 'closed';
  }

  #newline(): boolean {
    if (this.#assigned && this.#state !== 'words') return false;
    if (this.#endCommand()) this.#state = 'may';
    return this.#state !== 'bang';
  }

  #operator(operator: string): boolean {
    if (operator === '(') return this.#open('(') && this.#line[this.#at] !== '(';
    if (operator === ')') return (this.#endCommand() || this.#state === 'may') && !this.#assigned && this.#close('(');
    if (!this.#endCommand()) return false;
    const states: Record<string, State> = { ';': 'may', '&': 'may', '|': 'pipe', '|&': 'pipe' };
    this.#state = states[operator] ?? 'must';
    return true;
  }

  #open(group: '(' | '{'): boolean {
    if (this.#state === 'words' || this.#state === 'closed' || this.#assigned) return false;
    this.#groups.push(group);
    this.#state = 'must';
    return true;
  }

  #close(group: '(' | '{'): boolean {
    if (this.#groups.pop() !== group) return false;
    this.#state = 'closed';
    return true;
  }

  #redirection(operator: string): boolean {
    this.#take(/[ \t]+/y);
    const target = scanWord(this.#line, this.#at);
    if (target === undefined || target.raw === '' || target.globbed) return false;
    if (this.#state !== 'words' && this.#state !== 'closed') return false;
    this.#at += target.raw.length;
    if (/[<>]/.test(this.#line[this.#at] ?? '')) return false;
    if (operator.endsWith('>&')) return /^[12]$/.test(target.raw);
    if (operator.includes('>')) return target.raw === '/dev/null';
    // bash opens connections for names below /dev/tcp and /dev/udp.
    if (operator !== '<' || target.text.includes('$?')) return false;
    if (target.text === '/dev/null') return true;
    if (/^\/+(?:\.\/+)*dev(?:\/|$)/.test(target.text)) return false;
    this.#files.push(target.text);
    return true;
  }

  #word(word: BashWord): boolean {
    if (this.#state === 'closed') return false;
    if (this.#state === 'words') {
      this.#words.push(word);
      return true;
    }
    const apart = /^[ \t\n]?$/.test(this.#line[this.#at] ?? '');
    if (word.raw === '{') return apart && this.#open('{');
    if (word.raw === '}') return this.#state === 'may' && !this.#assigned && this.#close('{');
    if (word.raw === '!') return apart && this.#negate();
    // A quoted name is no assignment, so the text alone does not tell.
    const assigned = assignmentIn(word.raw) && assignmentIn(word.text);
    if (assigned !== undefined) {
      this.#assigned = true;
      return isHarmlessAssignment(assigned.name, assigned.value);
    }
    if (word.globbed || !isCommandName(word.text)) return false;
    this.#words = [word];
    this.#state = 'words';
    return true;
  }

  #negate(): boolean {
    if (this.#assigned || (this.#state !== 'may' && this.#state !== 'must')) return false;
    this.#state = 'bang';
    return true;
  }
}

/** Whether the word is the plain name of a program or builtin, and no keyword of the shell. */
export function isCommandName(word: string): boolean {
  return /^[\w./+:@,-]+$/.test(word) && !reserved.has(word);
}
