import { anyOf, type GrammarRules, repeat, sequence } from '../gbnf.ts';
import { jsonRule } from '../json-rules.ts';

/** A declared property as it is written. */
export interface Member {
  readonly expression: string;
  readonly required: boolean;
}

/** What an object may hold. */
export interface Members {
  readonly declared: readonly Member[];
  /** An expression for a property that is not declared. */
  readonly other: string | undefined;
  /** So many undeclared ones between two declared ones; left out: any number. */
  readonly othersMax: number | undefined;
  readonly min: number;
  readonly max: number;
  /** Any order is needed: only few may be declared. */
  readonly unordered?: boolean;
}

/** With more declared properties they come in their order: the rules double with each. */
export const anyOrderMax = 6;
/** Where properties are counted, a rule for each place and count. */
const countedMax = 600;

/**
 * The properties of an object between its braces: declared ones once each, undeclared ones between them. In any order
 * where few are declared, else the declared ones in theirs. Undefined when nothing fits.
 */
export function membersExpression(rules: GrammarRules, members: Members): string | undefined {
  return new MemberOrder(rules, members).expression();
}

/** Places of declared properties that may still come. */
type Left = readonly number[];

class MemberOrder {
  readonly #rules: GrammarRules;
  readonly #members: Members;
  readonly #ws: string;
  readonly #inOrder: boolean;
  readonly #min: number;
  readonly #max: number;
  /** Counts from here on are not told apart. */
  readonly #cap: number;
  readonly #names: readonly string[];
  readonly #written = new Map<string, string | undefined>();

  constructor(rules: GrammarRules, members: Members) {
    this.#rules = rules;
    this.#members = members;
    this.#ws = jsonRule(rules, 'ws');
    const { declared, other, min, max } = members;
    const isFew = declared.length <= anyOrderMax && !rules.isFull && rules.orders.take(2 ** declared.length);
    this.#inOrder = !isFew && members.unordered !== true;
    const required = declared.filter((member) => member.required).length;
    const isBounded = max < declared.length || (other !== undefined && max < Infinity);
    const wanted = isBounded ? max : min;
    const isTold = wanted * (declared.length + 1) <= countedMax;
    this.#min = min > required && isTold ? min : Math.min(min, 1);
    this.#max = isBounded && isTold ? max : Infinity;
    const counted = this.#min > Math.max(1, required) ? this.#min : 0;
    this.#cap = this.#max < Infinity ? this.#max : counted;
    this.#names = declared.map(({ expression }) => rules.add('member', expression));
  }

  expression(): string | undefined {
    const { declared, other, othersMax, min, max } = this.#members;
    const ws = this.#ws;
    if (max < min || declared.filter((member) => member.required).length > max) return undefined;
    if (max === 0) return '';
    if (declared.length === 0) {
      if (other === undefined) return min > 0 ? undefined : '';
      return this.#list(other, othersMax);
    }
    const left = declared.map((_, at) => at);
    const starts = [this.#next(left, 0)];
    const after = other === undefined || this.#max === 0 ? undefined : this.#rest(left, this.#counted(0));
    if (other !== undefined && after !== undefined) starts.push(sequence(other, after));
    const found = starts.filter((start) => start !== undefined);
    const mayBeEmpty = this.#min === 0 && !declared.some((member) => member.required);
    if (found.length === 0) return mayBeEmpty ? '' : undefined;
    return mayBeEmpty ? `(${anyOf(found)} ${ws})?` : sequence(anyOf(found), ws);
  }

  #list(other: string, othersMax: number | undefined): string | undefined {
    const { min } = this.#members;
    const max = Math.min(this.#members.max, othersMax === undefined ? Infinity : Math.max(min, othersMax));
    if (max < min) return undefined;
    const more = this.#rules.add('next', `"," ${this.#ws} ${other}`);
    const inner = sequence(other, repeat(more, Math.max(0, min - 1), max === Infinity ? undefined : max - 1));
    return min === 0 ? `(${inner} ${this.#ws})?` : `${inner} ${this.#ws}`;
  }

  #counted(count: number): number {
    return Math.min(this.#cap, count + 1);
  }

  /** What may follow a property; the empty text when nothing may. Undefined when it cannot come to an end. */
  #rest(left: Left, count: number): string | undefined {
    const key = `${this.#inOrder ? left.length : left.join(',')}/${count}`;
    if (this.#written.has(key)) return this.#written.get(key);
    const isCounted = this.#cap > 0 && (this.#max < Infinity || count < this.#cap);
    const body = isCounted ? this.#countedRest(left, count) : this.#freeRest(left, count);
    const rest = body === undefined || body === '' ? body : this.#rules.add('rest', body);
    this.#written.set(key, rest);
    return rest;
  }

  #freeRest(left: Left, count: number): string | undefined {
    const { other, othersMax } = this.#members;
    const next = this.#next(left, count);
    const mayEnd = this.#mayEnd(left, count);
    if (!mayEnd && next === undefined) return undefined;
    const others = other === undefined ? '' : repeat(`("," ${this.#ws} ${other})`, 0, othersMax);
    if (next === undefined) return others;
    const onward = `"," ${this.#ws} ${next}`;
    return sequence(others, mayEnd ? `(${onward})?` : onward);
  }

  #countedRest(left: Left, count: number): string | undefined {
    const parts = this.#mayEnd(left, count) ? ['""'] : [];
    if (count < this.#max) {
      const { other } = this.#members;
      const next = this.#next(left, count);
      if (next !== undefined) parts.push(`"," ${this.#ws} ${next}`);
      if (other !== undefined) {
        const rest = this.#rest(left, this.#counted(count));
        if (rest !== undefined) parts.push(sequence(`"," ${this.#ws} ${other}`, rest));
      }
    }
    if (parts.length === 0) return undefined;
    return parts.length === 1 && parts[0] === '""' ? '' : parts.join(' | ');
  }

  /** The declared properties that may come next, each with what follows it. */
  #next(left: Left, count: number): string | undefined {
    if (this.#max < Infinity && count >= this.#max) return undefined;
    if (!this.#inOrder) {
      const found = left.flatMap(
        (at) =>
          this.#member(
            at,
            left.filter((other) => other !== at),
            count,
          ) ?? [],
      );
      return found.length === 0 ? undefined : anyOf(found);
    }
    return this.#nextInOrder(left[0] ?? this.#names.length, count);
  }

  #nextInOrder(first: number, count: number): string | undefined {
    if (first >= this.#names.length) return undefined;
    const key = `next ${first}/${count}`;
    if (this.#written.has(key)) return this.#written.get(key);
    const left = this.#names.map((_, at) => at).slice(first + 1);
    const found = [this.#member(first, left, count)];
    if (!this.#members.declared[first]?.required) found.push(this.#nextInOrder(first + 1, count));
    const alternatives = found.filter((one) => one !== undefined);
    const [only] = alternatives;
    const next = alternatives.length > 1 ? this.#rules.add('any', alternatives.join(' | ')) : only;
    this.#written.set(key, next);
    return next;
  }

  #member(at: number, left: Left, count: number): string | undefined {
    const rest = this.#rest(left, this.#counted(count));
    return rest === undefined ? undefined : sequence(this.#names[at] ?? '', rest);
  }

  #mayEnd(left: Left, count: number): boolean {
    const isCountedOut = this.#cap === 0 || count >= this.#min;
    return isCountedOut && !left.some((at) => this.#members.declared[at]?.required);
  }
}
