import * as z from 'zod';
import { translate } from '../../translation.ts';
import { hitLine, sortedHits } from './hit-lines.ts';
import type { TextSearch } from '../../workspace/text-search.ts';
import description from './search-text.md';
import { emptyScope, fileScope, type FileScope } from '../files/file-scope.ts';
import { ToolError, type Tool } from '../tool.ts';
import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';

const schema = z.object({
  query: z.string().min(1),
  glob: z.string().min(1).optional(),
  regex: z.boolean().optional(),
});

const linesMax = 200;

export interface SearchTextParts {
  readonly files: WorkspaceFiles;
  readonly search: TextSearch;
  /** True for files with secrets, such as keys: their lines are left out. */
  readonly isSecret: (path: string) => boolean;
}

/** search_text: one line per hit, sources before tests. */
export function searchText({ files, search, isSecret }: SearchTextParts): Tool<typeof schema> {
  return {
    name: 'search_text',
    description,
    schema,
    compactArguments: ['query'],
    intent({ query, glob, regex }) {
      const folders = files.folders.map((folder) => folder.path);
      if (folders.length === 0) throw new ToolError('no folder is open. Ask the user to open one.');
      return {
        access: { kind: 'read', paths: folders },
        title: glob === undefined ? translate('Search {0}', query) : translate('Search {0} in {1}', query, glob),
        async run({ signal }) {
          const scope = glob === undefined ? undefined : await fileScope(files, folders, glob);
          const { hits, cut } = await search.search(
            { text: query, regex: regex === true, ...(scope && { glob: scope.glob }) },
            scope?.folders ?? folders,
            signal,
          );
          if (hits.length === 0 && scope !== undefined && !(await hasFiles(scope)))
            throw await emptyScope(files, scope);
          const lines = sortedHits(hits, (file) => files.relative(file))
            .filter(({ name }) => !isSecret(name))
            .map(({ hit, name }) => hitLine(name, hit));
          return { text: listed(lines, cut), failed: false };
        },
      };
    },
  };

  async function hasFiles({ folders, glob }: FileScope): Promise<boolean> {
    const lists = await Promise.all(folders.map((folder) => files.list(folder, glob, 1)));
    return lists.some((names) => names.length > 0);
  }
}

function listed(lines: readonly string[], cut: boolean): string {
  if (lines.length === 0) return 'No matches';
  const count = `${lines.length}${cut ? ' or more' : ''} match${lines.length === 1 && !cut ? '' : 'es'}`;
  const more =
    lines.length > linesMax
      ? [`[${lines.length - linesMax} more are not shown: narrow the query, or give a glob]`]
      : [];
  return [count, ...lines.slice(0, linesMax), ...more].join('\n');
}
