import { dataBlock, dataName } from '../../agent/data-block.ts';
import path from 'node:path';
import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';
import { isInside, type FileNames } from './file-names.ts';
import { BestFew } from './best-few.ts';
import { byFit, fitScore, suggestionsMax, writtenMention, type Mentioned, type MentionKind } from './mention-kind.ts';

const namesMax = 200;

/** `@src/`: the names of the files in a folder. */
export function folderMention(files: WorkspaceFiles, names: FileNames): MentionKind {
  return {
    name: 'folder',
    async suggest(query, pause) {
      const wanted = query.toLowerCase();
      const best = new BestFew(suggestionsMax, byFit);
      for (const name of await names.folders(pause)) {
        // If a file and a folder match equally well, users more often mean the file.
        const score = fitScore(`${name.toLowerCase()}/`, wanted) - 0.5;
        if (score > 0)
          best.add({
            kind: 'folder',
            label: `${path.posix.basename(name)}/`,
            detail: path.posix.dirname(name) === '.' ? '' : path.posix.dirname(name),
            insert: writtenMention(`${name}/`),
            score,
          });
        await pause();
      }
      return best.list();
    },
    async find(word): Promise<Mentioned | undefined> {
      const name = word.replace(/\/+$/, '');
      if (!isInside(files, name)) return undefined;
      const absolute = files.absolute(name);
      if ((await files.read(absolute))?.kind !== 'folder') return undefined;
      return {
        kind: 'folder',
        label: `${name}/`,
        words: word,
        path: name,
        full: async () => {
          const inside = await files.list(absolute, undefined, namesMax + 1);
          const more = inside.length > namesMax ? ['[more are left out: list them with list_files]'] : [];
          return dataBlock('folder', { path: name }, [...inside.slice(0, namesMax).map(dataName), ...more].join('\n'));
        },
      };
    },
  };
}
