import path from 'node:path';
import type { Rule } from './policy.ts';
import { coversFile } from './rules.ts';
import { namesSecret } from './secret-names.ts';

/** Tells whether a file's text is kept out of what is gathered for the model without a question. */
export type IsHidden = (file: string) => boolean;

/**
 * True for secrets and for files that a rule of the user's denies reading, or asks about. `file` is absolute or
 * workspace-relative; in a workspace of several folders that may begin with the folder's name.
 */
export function hiddenFiles(rules: () => readonly Rule[], roots: () => readonly string[]): IsHidden {
  const isRuled = filesOfRules(() => rules().filter(({ effect }) => effect !== 'allow'), roots);
  return (file) => namesSecret(file) || isRuled(file);
}

/** True for files that a rule of the user's denies reading. */
export function deniedFiles(rules: readonly Rule[], roots: readonly string[]): IsHidden {
  const denying = rules.filter(({ effect }) => effect === 'deny');
  return filesOfRules(
    () => denying,
    () => roots,
  );
}

function filesOfRules(rules: () => readonly Rule[], roots: () => readonly string[]): IsHidden {
  return (file) => {
    const reading = rules().filter(({ kind }) => kind === 'read');
    if (reading.length === 0) return false;
    const names = path.isAbsolute(file)
      ? [file, ...roots().map((root) => path.relative(root, file).split(path.sep).join('/'))]
      : [file, ...(roots().length > 1 ? [file.slice(file.indexOf('/') + 1)] : [])];
    return reading.some((rule) => names.some((name) => coversFile(rule, name)));
  };
}
