// Faked: the editor. Real: files in a temporary folder, and ripgrep, which lists them without ignored ones.
import path from 'node:path';
import { namesBelow, namesOf } from '../../../extension/edits/file-listing.ts';
import { firstExisting, ripgrepCandidates } from '../../../extension/tools/search/ripgrep-location.ts';
import { DiskWorkspace } from './disk-workspace.ts';

const root = path.resolve(import.meta.dirname, '../../..');
const ripgrep = firstExisting(ripgrepCandidates(undefined, [root])) ?? 'rg';

/** A workspace whose listings leave out what ignore files name, and packages. */
export class ListedWorkspace extends DiskWorkspace {
  override async list(folder: string, glob?: string, limit = Number.POSITIVE_INFINITY): Promise<readonly string[]> {
    const all = await namesBelow(folder, { ripgrep, excludes: () => ['**/node_modules'] });
    const prefix = this.relative(folder);
    const names = namesOf(all.sort(), glob).map((name) => (prefix === '' ? name : `${prefix}/${name}`));
    return names.slice(0, limit);
  }
}
