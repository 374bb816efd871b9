import type { MentionKind } from '../../messages.ts';
import { say } from '../../strings.ts';

/** The codicon of each kind of mention. */
export const mentionIcons: Readonly<Record<MentionKind, string>> = {
  file: 'file',
  folder: 'folder',
  symbol: 'symbol-method',
  problems: 'warning',
  selection: 'list-selection',
  terminal: 'terminal',
  git: 'git-compare',
};

/** The kind in words. */
export function mentionKind(kind: MentionKind): string {
  switch (kind) {
    case 'file':
      return say('kindFile');
    case 'folder':
      return say('kindFolder');
    case 'symbol':
      return say('kindSymbol');
    case 'problems':
      return say('kindProblems');
    case 'selection':
      return say('kindSelection');
    case 'terminal':
      return say('kindTerminal');
    case 'git':
      return say('kindGit');
  }
}
