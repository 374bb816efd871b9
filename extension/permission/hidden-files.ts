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
  return (file) => {
    if (namesSecret(file)) return true;
    const names = path.isAbsolute(file)
      ? [file, ...roots().map((root) => path.relative(root, file).split(path.sep).join('/'))]
      : [file, ...(roots().length > 1 ? [file.slice(file.indexOf('/') + 1)] : [])];
    return rules().some(
      (rule) => rule.kind === 'read' && rule.effect !== 'allow' && names.some((name) => coversFile(rule, name)),
    );
  };
}
