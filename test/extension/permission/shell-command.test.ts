import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { grammarsOfPackages } from '../../support/package-grammars.ts';
import { loadShellReader, type ShellReader } from '../../../extension/permission/shell-command.ts';

let shell: ShellReader;
beforeAll(async () => {
  shell = await loadShellReader(grammarsOfPackages(path.resolve(import.meta.dirname, '../../..')));
});
const words = (command: string) => {
  const commands = shell.read(command);
  return commands === 'unreadable' ? commands : commands.map((one) => one.words.join('|'));
};

describe('reading a shell line', () => {
  it('finds every command of a line', () => {
    expect(words('npm test')).toEqual(['npm|test']);
    expect(words('npm test; rm -rf x')).toEqual(['npm|test', 'rm|-rf|x']);
    expect(words('a && b || c')).toEqual(['a', 'b', 'c']);
    expect(words('cat a | grep b')).toEqual(['cat|a', 'grep|b']);
    expect(words('(cd x && ls)')).toEqual(['cd|x', 'ls']);
    expect(words('npm test & rm x')).toEqual(['npm|test', 'rm|x']);
    expect(words('npm test\nrm x')).toEqual(['npm|test', 'rm|x']);
  });

  it('resolves quotes', () => {
    expect(words(`git commit -m "a b" 'c d'`)).toEqual(['git|commit|-m|a b|c d']);
    expect(words('r"m" -rf x')).toEqual(['rm|-rf|x']);
    expect(words('\\rm x')).toEqual(['rm|x']);
  });

  it.each([
    'echo $(rm x)',
    'echo `rm x`',
    'npm test > out.txt',
    'cat < secret',
    'X=1 npm test',
    'X=1',
    'echo $HOME',
    'if true; then rm x; fi',
    'for f in *; do rm $f; done',
    'f() { rm x; }',
    'cat <<E\nx\nE',
    'echo "a $(rm x)"',
    'echo {a,b}',
    'cat ~/.ssh/id_rsa',
    'diff <(a) <(b)',
    'npm test &&',
    'echo "',
    '',
    '   ',
    '$CMD',
    'eval "$X"',
  ])('cannot tell what %j runs', (command) => {
    expect(words(command)).toBe('unreadable');
  });
});
