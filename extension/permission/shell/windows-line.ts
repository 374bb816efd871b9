import path from 'node:path';
import type { ShellCommand, ShellLine } from './shell-line.ts';

export type WindowsShell = 'cmd' | 'powershell';

/**
 * What a word may consist of. Everything else means something in that shell: `&`, `|`, `^`, `%`, `!`, `$`, `;`, `<`,
 * `>`, quotes, brackets, line ends. PowerShell also makes lists at `,` and splats at `@`.
 */
const plainWords: Record<WindowsShell, RegExp> = {
  cmd: /^[\w\-./:=,@+\\]+$/,
  powershell: /^(?!-[^ ]*[.:])(?!--$)[\w\-./:=+\\]+$/,
};
/** A quoted word stands alone: PowerShell splits off any text next to a quote. No backslash before the end. */
const quotedWord = /^"[\w\-./:=,@+\\ ]*[\w\-./:=,@+ ]"$/;
/** cmd splits its own commands at any symbol, as in `del/q x` or `cd..`, so a name is letters, or a path from `.\`. */
const commandName = /^(?:\.\\(?:[\w.-]+\\)*)?[A-Za-z][\w-]*(?:\.(?:exe|cmd|bat|com|ps1))?$/i;
/** Programs and keywords that run what comes after them. */
const runners = new Set(
  (
    'cmd powershell pwsh call start if for forfiles goto set setx doskey rem bash sh wsl env sudo runas gsudo wmic ' +
    'mshta rundll32 iex invoke-expression icm invoke-command start-process saps start-job sajb ' +
    'invoke-item ii new-alias nal set-alias sal set-item si new-item ni set-variable sv foreach-object foreach where ' +
    'function filter begin process end dynamicparam param class enum using workflow data trap try do while until ' +
    'switch return exit throw break continue'
  ).split(' '),
);
const lengthMax = 8000;

/**
 * Reads a line for cmd.exe or PowerShell. There is no full reader for them: one command of plain words is readable, and
 * nothing else. For deny rules it also says the commands that a line with operators seems to hold.
 */
export function readWindowsLine(line: string, shell: WindowsShell): ShellLine {
  const command = line.length <= lengthMax ? readCommand(line, shell) : undefined;
  if (command === undefined) return { readable: false, commands: [], seen: roughly(line), files: [] };
  return { readable: true, commands: [command], seen: [command, ...byBareName(command)], files: [] };
}

function readCommand(line: string, shell: WindowsShell): ShellCommand | undefined {
  const parts = line.match(/"[^"]*"|[^ "]+| +/g) ?? [];
  if (parts.join('') !== line) return undefined;
  const words: string[] = [];
  let apart = true;
  for (const part of parts) {
    const blank = part.startsWith(' ');
    if (!blank && !(apart && (plainWords[shell].test(part) || quotedWord.test(part)))) return undefined;
    apart = blank;
    if (!blank) words.push(part.replace(/^"(.*)"$/, '$1'));
  }
  const name = parts.find((part) => !part.startsWith(' ')) ?? '';
  return commandName.test(name) && !runners.has(bareName(name)) ? { words } : undefined;
}

function bareName(name: string): string {
  return path.win32
    .basename(name)
    .toLowerCase()
    .replace(/\.(?:exe|cmd|bat|com|ps1)$/, '');
}

/** `DEL x` and `C:\x\npm.cmd publish` are also `del x` and `npm publish`. */
function byBareName({ words: [name = '', ...rest] }: ShellCommand): readonly ShellCommand[] {
  const bare = bareName(name);
  return bare === name ? [] : [{ words: [bare, ...rest] }];
}

/** Everything that may be a command; any symbol counts as the end of the previous one. */
function roughly(line: string): readonly ShellCommand[] {
  const plain = line.replace(/[\^"'`]/g, '');
  return plain.split(/[&|;<>(){}\r\n]+/).flatMap((part) => {
    const words = part.split(/[\s,=@]+/).filter((word) => word !== '');
    // A wrapper may come first: each rest of the words can be a command.
    return words
      .slice(0, 20)
      .flatMap((_, at) => [{ words: words.slice(at) }, ...byBareName({ words: words.slice(at) })]);
  });
}
