import { namesSecret } from '../path-place.ts';
import type { ShellCommand, ShellLine } from './shell-line.ts';

/** Whether a command of the line names a file that holds secrets. */
export function namesSecretFile({ seen, files }: ShellLine): boolean {
  return files.some(namesSecret) || seen.some((command) => fileWords(command).some(namesSecret));
}

/** The words that may name files. A pattern that leaves files out, as in `-not -path "*\/.git/*"`, names none. */
function fileWords({ words }: ShellCommand): readonly string[] {
  return words.filter((word, at) => {
    const [before = '', twoBefore = ''] = [words[at - 1], words[at - 2]];
    if (/^-(?:i?path|i?name|i?wholename)$/.test(before))
      return !/^(?:-not|!)$/.test(twoBefore) && words[at + 1] !== '-prune';
    if (/^--(?:exclude|exclude-dir|ignore|ignore-dir)$/.test(before)) return false;
    return !/^(?:--(?:exclude|exclude-dir|ignore|ignore-dir)=|!.)/.test(word);
  });
}
