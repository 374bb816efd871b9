import { refusal, refactors } from './refactor-table.ts';
import type { ModelNow } from './refactor-table.ts';
import { Refusal } from './refusal.ts';
import { translate } from '../translation.ts';

/** The user's intent: a change, or an answer. */
export interface Instruction {
  readonly kind: 'edit' | 'ask';
  /** For the model. */
  readonly text: string;
}

interface Shortcut {
  readonly name: string;
  /** For the list that opens with `/`. */
  readonly title: () => string;
  readonly kind: Instruction['kind'];
  /** Instruction that small models were trained on; undefined if they cannot do it. */
  readonly compact: string | undefined;
  readonly full: string;
}

export const shortcuts: readonly Shortcut[] = [
  {
    name: 'explain',
    title: () => translate('Explain the code'),
    kind: 'ask',
    compact: 'Explain this code.',
    full: 'Explain this code.',
  },
  {
    name: 'fix',
    title: () => translate('Fix the bug or the problem'),
    kind: 'edit',
    compact: 'fix the bug',
    full: 'Find the bug in this code and fix it; if problems are listed, fix those.',
  },
  {
    name: 'doc',
    title: () => translate('Document the code'),
    kind: 'edit',
    compact: refactors.document.instruction,
    full: 'Add a doc comment in the style of the language and of the file. Change nothing else.',
  },
  {
    name: 'tests',
    title: () => translate('Suggest tests for the code'),
    kind: 'ask',
    compact: undefined,
    full:
      'Write tests for this code, with the test framework of the project if you can tell. Show them as one ' +
      'code block, ready for a test file, and say in one sentence what they cover.',
  },
  {
    name: 'simplify',
    title: () => translate('Simplify the code'),
    kind: 'edit',
    compact: undefined,
    full: 'Simplify this code without changing what it does. Keep its name and parameters.',
  },
];

/**
 * Reads what the user typed. `problem` is the first error in the code, if any. Throws Refusal for an unknown shortcut
 * and for what this model cannot do.
 */
export function readInstruction(
  typed: string,
  model: ModelNow,
  code: { readonly language: string; readonly problem: string | undefined },
): Instruction {
  const text = typed.trim();
  const found = readShortcut(text);
  const denied = (needs: 'compact' | 'full', edits: boolean): string | undefined =>
    refusal({ needs, edits }, model, edits ? code.language : undefined);
  const refuse = (sentence: string | undefined): void => {
    if (sentence !== undefined) throw new Refusal(sentence, 'model');
  };
  if (found === undefined) {
    const kind = isQuestion(text) ? 'ask' : 'edit';
    refuse(denied('compact', kind === 'edit'));
    return { kind, text };
  }
  const { shortcut, rest } = found;
  refuse(denied(shortcut.compact === undefined ? 'full' : 'compact', shortcut.kind === 'edit'));
  if (model.profile === 'full' || shortcut.compact === undefined)
    return { kind: shortcut.kind, text: [shortcut.full, rest].filter((part) => part !== '').join(' ') };
  // An actual problem says more than "the bug"; small models were trained on both.
  if (shortcut.name === 'fix' && code.problem !== undefined)
    return { kind: 'edit', text: `${refactors.fixProblem.instruction}${code.problem}` };
  return {
    kind: shortcut.kind,
    text: rest === '' ? shortcut.compact : `${shortcut.compact.replace(/\.$/, '')}, ${rest}`,
  };
}

/** True if the text asks for an answer, not for a change. */
function isQuestion(text: string): boolean {
  return /[?？]\s*$/.test(text);
}

function readShortcut(text: string): { readonly shortcut: Shortcut; readonly rest: string } | undefined {
  const match = /^\/(\w+)(?:\s+([\s\S]*))?$/.exec(text);
  if (match === null) return undefined;
  const shortcut = shortcuts.find(({ name }) => name === match[1]?.toLowerCase());
  if (shortcut === undefined)
    throw new Refusal(
      translate(
        'There is no shortcut /{0}. The shortcuts are {1}.',
        match[1] ?? '',
        shortcuts.map(({ name }) => `/${name}`).join(', '),
      ),
    );
  return { shortcut, rest: (match[2] ?? '').trim() };
}
