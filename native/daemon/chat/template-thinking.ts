import type { JsonValue } from '../../protocol/chat.ts';
import { thinkingLevels } from '../../protocol/thinking.ts';
import type { ModelThinking, ThinkingChoice, ThinkingLevel } from '../../protocol/thinking.ts';

/** The variables by which one template is told how much to think. Plain data: it may be sent to a thread. */
export interface TemplateThinking {
  /** True switches thoughts on, false off. */
  readonly switchName?: string;
  /** Takes a word for a level. */
  readonly effort?: {
    readonly name: string;
    readonly words: Readonly<Partial<Record<ThinkingLevel, string>>>;
    /** The template copies any word: which ones the model knows is not told by it. */
    readonly anyWord: boolean;
  };
}

/** Renders a question with a generation prompt; undefined where the template refuses. */
type RenderQuestion = (variables: Readonly<Record<string, JsonValue>>) => string | undefined;

/** Names of these variables in the templates of the families. */
const switchNames = ['enable_thinking', 'thinking', 'reasoning'];
const effortNames = ['reasoning_effort', 'thinking_effort', 'reasoning_strength'];
const effortWords: readonly (readonly [ThinkingLevel, string])[] = [
  ['off', 'none'],
  ...(['low', 'medium', 'high', 'xhigh', 'max'] as const).map((level) => [level, level] as const),
];
const unknownWord = 'probe-word';
/** What is tried for a template that copies any word. */
const commonWords = { low: 'low', medium: 'medium', high: 'high' } as const;
/** Levels of a model whose template only switches, or does not even that: budgets make the difference. */
const budgetLevels: readonly ThinkingLevel[] = ['low', 'medium', 'high', 'max'];

/** Finds the variables by rendering a question with each. `source`: the template. */
export function probeThinking(source: string, render: RenderQuestion): TemplateThinking {
  const named = (name: string): boolean => new RegExp(`\\b${name}\\b`).test(source);
  const switchName = switchNames.find((name) => {
    if (!named(name)) return false;
    const on = render({ [name]: true });
    return on !== undefined && on !== render({ [name]: false });
  });
  const on = switchName === undefined ? {} : { [switchName]: true };
  for (const name of effortNames) {
    if (!named(name)) continue;
    const unknown = render({ ...on, [name]: unknownWord });
    const anyWord = unknown?.includes(unknownWord) ?? false;
    const words = anyWord
      ? commonWords
      : Object.fromEntries(
          effortWords.filter(([, word]) => {
            const text = render({ ...on, [name]: word });
            return text !== undefined && (text !== unknown || new RegExp(`["']${word}["']`).test(source));
          }),
        );
    const isEffort = anyWord || new Set(Object.values(words).map((word) => render({ ...on, [name]: word }))).size > 1;
    if (isEffort) return { ...(switchName === undefined ? {} : { switchName }), effort: { name, words, anyWord } };
  }
  return switchName === undefined ? {} : { switchName };
}

/**
 * What can be chosen for a model. `thinks`: it may think at all; `known`: the levels that its makers name, where the
 * catalogue has it.
 */
export function modelThinking(
  { switchName, effort }: TemplateThinking,
  thinks: boolean,
  known: readonly ThinkingLevel[] = [],
): ModelThinking {
  const [only] = known;
  if (known.length === 1 && only === 'off') return { kind: 'none', levels: [] };
  if (known.length === 1 && only === 'on') return { kind: 'always', levels: budgetLevels };
  const makers = known.filter((level) => level !== 'on');
  const off = switchName === undefined ? [] : (['off'] as const);
  if (effort !== undefined) {
    const words = effort.anyWord && makers.length > 0 ? [] : keysOf(effort.words);
    return { kind: 'levels', levels: inOrder([...off, ...words, ...makers]) };
  }
  if (switchName !== undefined) return { kind: 'switch', levels: inOrder([...off, ...budgetLevels, ...makers]) };
  return thinks ? { kind: 'always', levels: budgetLevels } : { kind: 'none', levels: [] };
}

/** The variables that tell the template about a level: its own word for it, else the nearest one that it has. */
export function thinkingVariables(
  { switchName, effort }: TemplateThinking,
  choice: ThinkingChoice | undefined,
): Record<string, JsonValue> {
  if (choice === undefined || choice === 'default') return {};
  const switched = switchName === undefined ? {} : { [switchName]: choice !== 'off' };
  if (effort === undefined || choice === 'on' || (choice === 'off' && switchName !== undefined)) return switched;
  const word = effort.anyWord && choice !== 'off' ? choice : nearestWord(effort.words, choice);
  return word === undefined ? switched : { ...switched, [effort.name]: word };
}

function nearestWord(
  words: Readonly<Partial<Record<ThinkingLevel, string>>>,
  level: ThinkingLevel,
): string | undefined {
  const rank = thinkingLevels.indexOf(level);
  const isOther = (each: ThinkingLevel): boolean => each !== 'off' || level === 'off';
  const below = keysOf(words).findLast((each) => thinkingLevels.indexOf(each) <= rank && isOther(each));
  const above = keysOf(words).find((each) => thinkingLevels.indexOf(each) > rank);
  const nearest = below ?? above;
  return nearest === undefined ? undefined : words[nearest];
}

function inOrder(levels: readonly ThinkingLevel[]): ThinkingLevel[] {
  return thinkingLevels.filter((level) => levels.includes(level));
}

function keysOf(words: Readonly<Partial<Record<ThinkingLevel, string>>>): ThinkingLevel[] {
  return thinkingLevels.filter((level) => words[level] !== undefined);
}
