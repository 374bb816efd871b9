import path from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { grammarsOfPackages } from '../../../support/extension/package-grammars.ts';
import { loadShellReader, type ShellReader } from '../../../../extension/permission/shell/shell-command.ts';

let shell: ShellReader;
beforeAll(async () => {
  shell = await loadShellReader(grammarsOfPackages(path.resolve(import.meta.dirname, '../../../..')), 'bash');
});
const words = (command: string) => {
  const { readable, commands } = shell.read(command);
  return readable ? commands.map((one) => one.words.join('|')) : 'unreadable';
};
const seen = (command: string) => shell.read(command).seen.map((one) => one.words.join('|'));

describe('reading a shell line', () => {
  it('finds every command of a line', () => {
    expect(words('npm test')).toEqual(['npm|test']);
    expect(words('npm test; rm -rf x')).toEqual(['npm|test', 'rm|-rf|x']);
    expect(words('a && b || c')).toEqual(['a', 'b', 'c']);
    expect(words('cat a | grep b')).toEqual(['cat|a', 'grep|b']);
    expect(words('(cd x && ls)')).toEqual(['cd|x', 'ls']);
    expect(words('{ cd x; ls; }')).toEqual(['cd|x', 'ls']);
    expect(words('! grep -q a b')).toEqual(['grep|-q|a|b']);
    expect(words('npm test & rm x')).toEqual(['npm|test', 'rm|x']);
    expect(words('npm test\nrm x')).toEqual(['npm|test', 'rm|x']);
    expect(words('npm test &&\n  rm x # then')).toEqual(['npm|test', 'rm|x']);
  });

  it('resolves quotes', () => {
    expect(words(`git commit -m "a b" 'c d'`)).toEqual(['git|commit|-m|a b|c d']);
    expect(words('r"m" -rf x')).toEqual(['rm|-rf|x']);
    expect(words('\\rm x')).toEqual(['rm|x']);
    expect(words('grep "end$" "\\"\\q" x')).toEqual(['grep|end$|"\\q|x']);
    expect(words('echo é "à" \'\'')).toEqual(['echo|é|à|']);
  });

  it.each([
    ['npm test 2>&1 | tail -30', 'npm|test', 'tail|-30'],
    ['ls 2>/dev/null', 'ls'],
    ['make > /dev/null 2>&1', 'make'],
    ['CI=1 npm test', 'npm|test'],
    ['CI=1 LC_ALL=C npm test', 'npm|test'],
    ['FOO=1 BAR="x" npm test', 'npm|test'],
    ['API_URL=http://localhost:3000/v1 npm test', 'npm|test'],
    ['env FOO=1 npm test', 'env|FOO=1|npm|test'],
    ['wc < /dev/null', 'wc'],
    ['wc -l < f', 'wc|-l'],
    ['echo $?', 'echo|$?'],
    ['git diff HEAD~1', 'git|diff|HEAD~1'],
    ['git show HEAD~2:a.ts', 'git|show|HEAD~2:a.ts'],
    ['git stash pop stash@{0}', 'git|stash|pop|stash@{0}'],
    ['find . -name "*.ts" -exec wc -l {} +', 'find|.|-name|*.ts|-exec|wc|-l|{}|+'],
    ['find . -exec wc {} \\;', 'find|.|-exec|wc|{}|;'],
    ['find . -not -path "*/.git/*"', 'find|.|-not|-path|*/.git/*'],
    ['ls *.ts', 'ls|*.ts'],
    ['sudo -u me ls', 'sudo|-u|me|ls'],
    ["bash -c 'ls -l'", 'bash|-c|ls -l'],
  ])('reads %j', (command, ...expected) => {
    expect(words(command)).toEqual(expected);
  });

  it.each(
    [
      // What the shell expands or runs.
      ['echo $(rm x)', 'echo `rm x`', 'echo "a $(rm x)"', 'diff <(a) <(b)', 'echo $HOME', '$CMD', 'eval "$X"'],
      ['echo {a,b}', 'echo {1..3}', 'cat ~/.ssh/id_rsa', 'make X=~/a', "echo $'a'", 'echo $"a"', 'echo $((1))'],
      ['if true; then rm x; fi', 'for f in *; do rm $f; done', 'f() { rm x; }', 'cat <<E\nx\nE', 'cat <<<x'],
      // What is written somewhere, or to the network.
      ['npm test > out.txt', 'ls >> log', 'ls &> log', 'ls >| f', 'ls <> f', 'ls >&out', 'ls 2>&1x', 'ls {fd}>f'],
      ['cat < /dev/tcp/host/80', 'cat < *.txt', 'ls 12>/dev/null'],
      // Variables that run code.
      [
        'X=1',
        'CI=1',
        'X=./x npm test',
        'X="a b" ls',
        'PATH=. ls',
        'LD_PRELOAD=x ls',
        'NODE_OPTIONS=x ls',
        'GIT_SSH=x git pull',
      ],
      ['BASH_ENV=x ls', 'IFS=x ls', 'CI+=1 ls', 'CI[0]=1 ls', 'env PATH=. ls', 'export A=b', 'C"I"=1 ls'],
      // What bash takes for other blanks and ends than the grammar.
      ['ls \\\r\ntouch ../PWNED', 'ls\rrm x', 'ls\vrm x', 'ls\frm x', 'ls\0rm x', 'r\\\nm -rf x', 'ls \\\n-l'],
      ['echo "a\\\nb"', "echo 'a\\\nb'", 'ls\u00a0x', 'ls \ud800'],
      // Signs that vanish from the tree.
      ['bash -c$"rm x"', 'ls -f$', 'l* x', 'r? x', '[ a == b ]', '[[ a == b ]]', '== x', '"" x'],
      // What runs text or input that cannot be seen.
      [
        'echo rm x | bash',
        'bash -s',
        'sudo -s',
        'xargs -I{} sh -c "rm {}"',
        'xargs env',
        'env -S "rm x"',
        'trap "rm x" 0',
      ],
      ['eval l*', 'sh -c l*', 'env l*', 'timeout * rm x', 'find . -exec sh -c "rm {}" \\;', 'find . -exec {} \\;'],
      ["test -v 'a[$(rm x)]'", "printf -v 'a[$(rm x)]' b", 'alias ls=rm', 'hash -p /bin/rm ls', 'sudo PATH=. ls'],
      // What is no complete line.
      [
        'npm test &&',
        'echo "',
        "echo '",
        '',
        '   ',
        '# x',
        'ls ; ; ls',
        'ls & && ls',
        'time | ls',
        '( )',
        '(ls',
        'ls)',
        '{ ls }',
        'ls\\',
      ],
    ].flat(),
  )('cannot tell what %j runs', (command) => {
    expect(words(command)).toBe('unreadable');
  });

  it.each(
    [
      ['time rm x', 'time -p rm x', 'command rm x', 'exec rm x', 'exec -a y rm x', 'builtin rm x', 'coproc rm x'],
      ['env rm x', 'env -i CI=1 rm x', 'env X=1 rm x', 'env -u A rm x', 'nice rm x', 'nice -n 5 rm x', 'nohup rm x'],
      ['timeout 5 rm x', 'timeout -k 1 -s KILL 5 rm x', 'sudo rm x', 'sudo -u me rm x', 'sudo --odd rm x'],
      ['doas rm x', 'setsid rm x', 'stdbuf -oL rm x', 'ionice -c 3 rm x', 'busybox rm x', '/bin/rm x', '../../rm x'],
      ["sh -c 'rm x'", 'bash -lc "rm x"', '/bin/bash -c "cd y && rm x"', "sudo bash -c 'time rm x'", 'eval rm x'],
      [
        'watch rm x',
        "su -c 'rm x'",
        'find . -exec rm x \\;',
        'find . -ok env rm x \\;',
        'xargs rm x',
        'xargs -n 1 rm x',
      ],
      ['perl -e \'system("rm x")\'', 'perl -we "exec qw(rm x)"', "ruby -e 'puts `rm x`'", 'php -r \'exec("rm x");\''],
      ['python3 -c \'import os; os.system("rm x")\'', `python -c "subprocess.run(['rm', 'x'])"`, "perl -e 'qx{rm x}'"],
      ['node -e \'require("child_process").execSync("ls; rm x")\'', 'awk \'BEGIN { system("rm x") }\''],
      ["sed '1e rm x' f", "deno eval \"Deno.run({cmd: ['rm', 'x']})\"", "node --eval='exec(`rm x`)'"],
      ['echo $(rm x)', 'echo "a `rm x`"', 'for f in *; do rm x; done', 'if rm x; then ls; fi', 'f() { rm x; }'],
      [
        'rm x > out',
        'PATH=. rm x',
        'cat <(rm x)',
        'X=$(rm x)',
        'ls \\\r\nrm x',
        'r\\\nm x',
        'rm x <<E\nE',
        'ls && rm x &&',
      ],
    ].flat(),
  )('sees in %j that rm runs', (command) => {
    expect(seen(command)).toContain('rm|x');
  });

  it('takes neither long nor deep lines apart for ever', () => {
    const start = performance.now();
    for (const line of [
      'env '.repeat(2499) + 'ls',
      'find . -exec '.repeat(700),
      'sudo --x '.repeat(1100),
      '('.repeat(9999),
    ])
      expect(words(line)).toBe('unreadable');
    expect(performance.now() - start).toBeLessThan(3000);
  });

  it('names the files that the line reads', () => {
    expect(shell.read('wc < .env').files).toEqual(['.env']);
  });
});
