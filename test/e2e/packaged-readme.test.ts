// The documents in the packaged extension: each link must lead to a file of the package or of the repository.
import { existsSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { anchorsIn, linksIn, type Link } from '../rules/markdown.ts';
import { ZipEntries } from '../support/zip-entries.ts';
import { freshVsix } from './host/packaged-vsix.ts';
import { root } from './host/test-places.ts';

const repository = 'https://github.com/moonwright/moonwright';
const inRepository = new RegExp(`^${repository}/(blob|raw)/HEAD/([^#]+)(?:#(.+))?$`);
/** Pages of the repository that are not files. */
const pages = [repository, `${repository}/issues`];

let vsix: ZipEntries;

beforeAll(() => {
  vsix = new ZipEntries(freshVsix((text) => process.stderr.write(`${text}\n`)));
}, 300_000);

/** What is wrong with a link of this document of the package; undefined: nothing. */
function faultOf({ image, target }: Link, text: string): string | undefined {
  if (target.startsWith('#')) return anchorsIn(text).has(target.slice(1)) ? undefined : `${target}: no such heading`;
  if (!/^\w+:/.test(target)) return vsix.has(`extension/${target}`) ? undefined : `${target}: not in the package`;
  if (!target.startsWith(repository) || pages.includes(target)) return undefined;
  const [, kind, name = '', anchor] = inRepository.exec(target) ?? [];
  const file = path.join(root, decodeURI(name));
  if (name === '' || !existsSync(file)) return `${target}: not in the repository`;
  // GitHub shows a page about the file under blob/ and gives the file itself under raw/.
  if (image !== (kind === 'raw')) return `${target}: ${kind} is the wrong view of it`;
  return anchor === undefined || anchorsIn(readFileSync(file, 'utf8')).has(anchor)
    ? undefined
    : `${target}: no such heading`;
}

describe('the packaged extension', () => {
  for (const name of ['readme.md', 'changelog.md', 'NOTICE.md']) {
    it(`has a ${name} whose links all lead somewhere`, () => {
      const text = vsix.text(`extension/${name}`);
      expect(linksIn(text).flatMap((link) => faultOf(link, text) ?? [])).toEqual([]);
    });
  }

  it('shows its picture and leads to the benchmarks, both in the repository', () => {
    const targets = linksIn(vsix.text('extension/readme.md')).map(({ target }) => target);
    expect(targets).toContain(`${repository}/raw/HEAD/media/fixed.png`);
    expect(targets).toContain(`${repository}/blob/HEAD/docs/benchmarks.md`);
  });

  it('says where it comes from and where to report problems', () => {
    const manifest = JSON.parse(vsix.text('extension/package.json')) as Record<string, unknown>;
    expect(manifest['repository']).toEqual({ type: 'git', url: `${repository}.git` });
    expect(manifest['bugs']).toEqual({ url: `${repository}/issues` });
    expect(manifest['homepage']).toBe(`${repository}#readme`);
    expect(vsix.has(`extension/${String(manifest['icon'])}`)).toBe(true);
  });
});
