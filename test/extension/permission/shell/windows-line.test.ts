import { describe, expect, it } from 'vitest';
import { readWindowsLine, type WindowsShell } from '../../../../extension/permission/shell/windows-line.ts';
import { shellKind } from '../../../../extension/tools/commands/shell.ts';

const words = (line: string, shell: WindowsShell) => {
  const { readable, commands } = readWindowsLine(line, shell);
  return readable ? commands.map((one) => one.words.join('|')) : 'unreadable';
};
const seen = (line: string, shell: WindowsShell) => readWindowsLine(line, shell).seen.map((one) => one.words.join('|'));
const both: readonly WindowsShell[] = ['cmd', 'powershell'];

describe.each(both)('reading a line for %s', (shell) => {
  it('reads one command of plain words', () => {
    expect(words('npm test', shell)).toEqual(['npm|test']);
    expect(words('npm run build --watch=false src/a.test.ts', shell)).toEqual([
      'npm|run|build|--watch=false|src/a.test.ts',
    ]);
    expect(words('git commit -m "a b, c"', shell)).toEqual(['git|commit|-m|a b, c']);
    expect(words('.\\gradlew.bat test', shell)).toEqual(['.\\gradlew.bat|test']);
    expect(words('dir C:\\src\\a', shell)).toEqual(['dir|C:\\src\\a']);
  });

  it.each(
    [
      ["echo 'a & del b'", 'echo %PATH%', 'echo a^&del b', 'echo !x!', 'a & del b', 'a && b', 'a | b', 'a; del b'],
      ['echo $(del b)', 'echo $x', 'echo `a', 'a > b', 'a < b', '(a)', 'a\ndel b', 'a\r\ndel b', 'a\tb', 'a\0b'],
      [
        'echo "a" & del b',
        'echo "a%x%"',
        'echo "a$(b)"',
        'echo "a\\" b',
        'echo "a',
        'echo a"b c"',
        'echo "a"b',
        'echo ""',
      ],
      ['cmd /c del b', 'powershell del b', 'call del b', 'if exist a del b', 'for a', 'start b', 'wsl rm b', 'iex a'],
      [
        'del/q b',
        'cd..',
        'del\\b',
        'del,b',
        'del=b',
        '@del b',
        ':a',
        '"del" b',
        '. a',
        '',
        ' ',
        'echo é',
        '~ a',
        '{ a }',
      ],
    ].flat(),
  )('cannot tell what %j runs', (line) => {
    expect(words(line, shell)).toBe('unreadable');
  });

  it.each(
    [
      ['del b', 'DEL b', 'del.exe b', 'C:\\x\\del.exe b', 'echo a & del b', 'echo a | del b', "echo 'a & del b'"],
      ['d^el b', 'd`el b', 'cmd /c del b', 'if exist a del b', 'echo $(del b)', 'a;del b', '@del b', 'echo a\r\ndel b'],
    ].flat(),
  )('sees in %j that del runs', (line) => {
    expect(seen(line, shell)).toContain('del|b');
  });
});

describe('reading a line for PowerShell', () => {
  it.each(['echo a,b', 'echo @a', 'git -c:x', 'git -a.b', 'git -- a'])('leaves %j, which it takes apart', (line) => {
    expect(words(line, 'powershell')).toBe('unreadable');
    expect(words(line, 'cmd')).not.toBe('unreadable');
  });
});

describe('the shell that runs a line', () => {
  it('is the one that the environment names on Windows, and bash elsewhere', () => {
    expect(shellKind({}, 'linux')).toBe('bash');
    expect(shellKind({}, 'win32')).toBe('cmd');
    expect(shellKind({ ComSpec: 'C:\\Windows\\System32\\cmd.exe' }, 'win32')).toBe('cmd');
    expect(shellKind({ ComSpec: 'C:\\Program Files\\PowerShell\\7\\pwsh.exe' }, 'win32')).toBe('powershell');
  });
});
