import * as z from 'zod';
import { problemRow, type Problem, type Problems } from '../../workspace/problem.ts';
import { translate } from '../../translation.ts';
import description from './get-diagnostics.md';
import { didYouMean } from '../files/meant-path.ts';
import { ToolError, type Tool } from '../tool.ts';
import type { WorkspaceFiles } from '../../workspace/workspace-files.ts';

const schema = z.object({ path: z.string().optional().describe('File; all files by default') });
const problemsMax = 100;

/** get_diagnostics: the problems that the editor shows, errors first. A hidden file's only when it is named. */
export function getDiagnostics(
  files: WorkspaceFiles,
  problems: Problems,
  isHidden: (path: string) => boolean,
): Tool<typeof schema> {
  return {
    name: 'get_diagnostics',
    description,
    schema,
    intent({ path }) {
      const absolute = path === undefined ? undefined : files.absolute(path);
      return {
        access: { kind: 'read', paths: absolute === undefined ? [] : [absolute] },
        title:
          absolute === undefined
            ? translate('Read the problems')
            : translate('Read the problems of {0}', files.relative(absolute)),
        async run() {
          if (absolute !== undefined && (await files.read(absolute))?.kind !== 'text') {
            const name = files.relative(absolute);
            throw new ToolError(`${name} does not exist or is no text file.${await didYouMean(files, name)}`);
          }
          const shown = (problem: Problem): boolean => absolute !== undefined || !isHidden(problem.path);
          const found = (await problems.of(absolute))
            .filter((problem) => problem.severity !== 'hint' && shown(problem))
            .sort(bySeverity);
          const rows = found
            .slice(0, problemsMax)
            .map((problem) => problemRow(problem, (file) => files.relative(file)));
          const rest = found.length > problemsMax ? [`and ${found.length - problemsMax} more`] : [];
          return { text: rows.length === 0 ? 'No problems' : [...rows, ...rest].join('\n'), failed: false };
        },
      };
    },
  };
}

const order: readonly Problem['severity'][] = ['error', 'warning', 'info', 'hint'];

function bySeverity(a: Problem, b: Problem): number {
  const bySeverities = order.indexOf(a.severity) - order.indexOf(b.severity);
  if (bySeverities !== 0) return bySeverities;
  if (a.path !== b.path) return a.path < b.path ? -1 : 1;
  return a.line - b.line;
}
