import { expect, it } from 'vitest';
import { chosenSources } from '../../../../extension/context/parsing/source-choice.ts';
import * as fc from '../../../support/fast-check.ts';

const pause = async (): Promise<void> => undefined;

it('of too many sources those in the fewest folders are chosen, then the first by path', async () => {
  const files = ['/w/b/2.js', '/w/b/1.js', '/w/z.js', '/w/a/b/c.js', '/w/b/3.js', '/w/a/9.js'];
  expect(await chosenSources(files, 6, pause)).toEqual(files);
  expect([...(await chosenSources(files, 3, pause))].sort()).toEqual(['/w/a/9.js', '/w/b/1.js', '/w/z.js']);
  expect(await chosenSources(files, 1, pause)).toEqual(['/w/z.js']);
  expect(await chosenSources(files, 0, pause)).toEqual([]);
});

it('the choice is the same in whatever order the files are listed', async () => {
  const file = fc.array(fc.constantFrom('a', 'b', 'c', 'd'), { minLength: 1, maxLength: 4 });
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(
        file.map((parts) => `/w/${parts.join('/')}.js`),
        { minLength: 1, maxLength: 60 },
      ),
      fc.nat({ max: 60 }),
      async (files, most) => {
        const depth = (name: string): number => name.split('/').length;
        const inOrder = [...files].sort((a, b) => depth(a) - depth(b) || (a < b ? -1 : 1)).slice(0, most);
        for (const listed of [files, [...files].reverse()])
          expect([...(await chosenSources(listed, most, pause))].sort()).toEqual([...inOrder].sort());
      },
    ),
  );
});
