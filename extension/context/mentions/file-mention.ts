import { dataBlock } from '../../agent/data-block.ts';
import path from 'node:path';
import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';
import { isInside, type FileNames } from './file-names.ts';
import { BestFew } from './best-few.ts';
import {
  byFit,
  cutText,
  fitScore,
  suggestionsMax,
  writtenMention,
  type Mentioned,
  type MentionKind,
} from './mention-kind.ts';

const textMax = 40_000;

export interface FileMentionParts {
  readonly files: WorkspaceFiles;
  readonly names: FileNames;
  /** The user's open files, workspace-relative: they are offered first. */
  readonly open: () => readonly string[];
  /** True if the file may hold secrets. */
  readonly isSecret: (absolute: string) => Promise<boolean>;
}

/** `@src/math.js`: the text of a file. */
export function fileMention({ files, names, open, isSecret }: FileMentionParts): MentionKind {
  return {
    name: 'file',
    async suggest(query, pause) {
      const wanted = query.toLowerCase();
      const opened = new Set(open());
      const best = new BestFew(suggestionsMax, byFit);
      for (const name of await names.files()) {
        const score = fitScore(name.toLowerCase(), wanted);
        if (score > 0)
          best.add({
            kind: 'file',
            label: path.posix.basename(name),
            detail: folderOf(name),
            insert: writtenMention(name),
            score: score + (opened.has(name) ? 0.5 : 0),
          });
        await pause();
      }
      return best.list();
    },
    async find(word): Promise<Mentioned | undefined> {
      if (!isInside(files, word)) return undefined;
      const absolute = files.absolute(word);
      const file = await files.read(absolute);
      if (file === undefined || file.kind === 'folder') return undefined;
      const name = files.relative(absolute);
      const text =
        file.kind === 'text'
          ? cutText(file.text, textMax, 'the rest is left out: read it with read_file')
          : '[no text, or too long]';
      return {
        kind: 'file',
        label: name,
        words: word,
        path: name,
        whole: file.kind === 'text' && file.text.length <= textMax,
        secret: await isSecret(absolute),
        full: async () => dataBlock('file', { path: name }, text),
      };
    },
  };
}

function folderOf(name: string): string {
  const folder = path.posix.dirname(name);
  return folder === '.' ? '' : folder;
}
