import { translate } from '../translation.ts';

/** The smallest profile of models that can do it. */
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
  /** True if it changes files, which untrusted workspaces do not allow. */
  readonly edits: boolean;
  /** The instruction for the model, if the command rewrites code. */
  readonly instruction?: string;
}

/**
 * Which model each command needs, and its instruction. The embedded model was trained on the `compact` instructions:
 * change them only together with it.
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
  /** VS Code's language ids for which it is offered. */
  readonly languages: RegExp;
  /** The language server's own action for it, which is preferred to the model. */
  readonly server?: { readonly kind: string; readonly title: RegExp };
  /** Code for which the lightbulb offers it. */
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

/** The languages of small models: the embedded one knows JavaScript. */
const compactLanguages = scripts;

export interface ModelNow {
  readonly name: string;
  readonly profile: 'compact' | 'full';
}

/** Why the model cannot do it, as a sentence for the user; undefined if it can. */
export function refusal(refactor: Refactor, model: ModelNow, language: string | undefined): string | undefined {
  if (model.profile === 'full') return undefined;
  if (refactor.needs === 'full') return translate('{0} is too small for this. Choose a larger model.', model.name);
  if (language !== undefined && !compactLanguages.test(language))
    return translate('{0} only knows JavaScript. Choose a larger model for this file.', model.name);
  return undefined;
}
