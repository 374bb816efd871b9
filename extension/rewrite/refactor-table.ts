import { translate } from '../translation.ts';

/** `compact`: small models manage it too. */
type Needed = 'compact' | 'full';

type RefactorName =
  | 'explain'
  | 'fixProblem'
  | 'fixAllProblems'
  | 'writeTests'
  | 'document'
  | 'simplify'
  | 'renameWithMeaning'
  | 'extractFunction'
  | 'implementStub'
  | 'generateCommitMessage'
  | 'reviewChanges';

export interface Refactor {
  readonly needs: Needed;
  /** Whether it changes files: it does not in a workspace that is not trusted. */
  readonly edits: boolean;
  /** What the model is told to do with the code, where the command is a rewrite of it. */
  readonly instruction?: string;
}

/**
 * Which command needs which model, and the instruction it sends: the one table. The instructions of commands for small
 * models are the ones that the embedded model was taught; change them only together with it.
 */
export const refactors = {
  explain: { needs: 'compact', edits: false },
  fixProblem: { needs: 'compact', edits: true, instruction: 'Fix this problem: ' },
  fixAllProblems: { needs: 'compact', edits: true },
  document: { needs: 'compact', edits: true, instruction: 'add a doc comment' },
  implementStub: { needs: 'compact', edits: true, instruction: 'implement this' },
  renameWithMeaning: { needs: 'compact', edits: true },
  generateCommitMessage: { needs: 'compact', edits: false },
  simplify: {
    needs: 'full',
    edits: true,
    instruction: 'simplify this without changing what it does; keep its name and parameters',
  },
  extractFunction: {
    needs: 'full',
    edits: true,
    instruction: 'extract these lines of it into a function of their own and call it there',
  },
  writeTests: { needs: 'full', edits: true },
  reviewChanges: { needs: 'full', edits: false },
} satisfies Record<RefactorName, Refactor>;

export type ConversionName = 'arrow' | 'function' | 'async' | 'class' | 'functions' | 'types';

export interface Conversion extends Refactor {
  readonly instruction: string;
  /** VS Code's ids of the languages in which it makes sense. */
  readonly languages: RegExp;
  /** The language server's own action for it: preferred to the model, and right by construction. */
  readonly server?: { readonly kind: string; readonly title: RegExp };
  /** A cheap look at the code: whether to offer it in the lightbulb. */
  readonly fits: RegExp;
}

const scripts = /^(java|type)script(react)?$/;

export const conversions = {
  arrow: {
    needs: 'compact',
    edits: true,
    instruction: 'convert to an arrow function',
    languages: scripts,
    server: { kind: 'refactor.rewrite.function.arrow', title: /arrow function/i },
    fits: /\bfunction\b(?!\s*\*)/,
  },
  function: {
    needs: 'compact',
    edits: true,
    instruction: 'convert to a function declaration',
    languages: scripts,
    server: { kind: 'refactor.rewrite.function.named', title: /named function/i },
    fits: /\b(?:const|let|var)\s+[\w$]+\s*=\s*(?:async\s*)?(?:\([^)]*\)|[\w$]+)\s*=>/,
  },
  async: {
    needs: 'full',
    edits: true,
    instruction: 'convert the promise chains to async/await',
    languages: scripts,
    server: { kind: 'quickfix', title: /^Convert to async function$/i },
    fits: /\.(?:then|catch|finally)\s*\(/,
  },
  class: {
    needs: 'full',
    edits: true,
    instruction: 'convert to a class',
    languages: scripts,
    server: { kind: 'quickfix', title: /^Convert (?:this )?function to an ES2015 class$/i },
    fits: /\bthis\.|\.prototype\.|=>[\s\S]*=>/,
  },
  functions: {
    needs: 'full',
    edits: true,
    instruction: 'convert the class to functions that take its fields as parameters',
    languages: scripts,
    fits: /\bclass\b/,
  },
  types: {
    needs: 'full',
    edits: true,
    instruction: 'add TypeScript types to the parameters and results',
    languages: /^typescript(react)?$/,
    fits: /\(/,
  },
} satisfies Record<ConversionName, Conversion>;

export const conversionNames = Object.keys(conversions) as readonly ConversionName[];

export function conversionTitle(name: ConversionName): string {
  switch (name) {
    case 'arrow':
      return translate('Convert to arrow function');
    case 'function':
      return translate('Convert to function declaration');
    case 'async':
      return translate('Convert to async/await');
    case 'class':
      return translate('Convert to class');
    case 'functions':
      return translate('Convert class to functions');
    case 'types':
      return translate('Add TypeScript types');
  }
}

/** What small models can be asked about: the embedded one knows JavaScript. */
const compactLanguages = scripts;

export interface ModelNow {
  readonly name: string;
  readonly profile: 'compact' | 'full';
}

/** Why this model shall not be asked, as a sentence for the user; undefined: it may be. */
export function refusal(refactor: Refactor, model: ModelNow, language: string | undefined): string | undefined {
  if (model.profile === 'full') return undefined;
  if (refactor.needs === 'full') return translate('{0} is too small for this. Choose a larger model.', model.name);
  if (language !== undefined && !compactLanguages.test(language))
    return translate('{0} only knows JavaScript. Choose a larger model for this file.', model.name);
  return undefined;
}
