import { translate } from '../translation.ts';

/** What is wrong with an answer. */
export type Fault =
  | { readonly kind: 'noCode' | 'cut' | 'unchanged' | 'empty' | 'syntax' | 'lostTests' }
  | { readonly kind: 'lost'; readonly name: string };

/** For the user. */
export function faultText(fault: Fault): string {
  switch (fault.kind) {
    case 'noCode':
      return translate('The answer is no code.');
    case 'cut':
      return translate('The answer was cut.');
    case 'unchanged':
      return translate('The answer is the code as it was.');
    case 'empty':
      return translate('The answer is empty.');
    case 'syntax':
      return translate('The answer does not parse.');
    case 'lost':
      return translate('The answer lost {0}.', fault.name);
    case 'lostTests':
      return translate('The answer lost tests that were there.');
  }
}

/** For the model's second try. */
export function faultAdvice(fault: Fault): string {
  switch (fault.kind) {
    case 'noCode':
      return 'That is no code. Answer with one fenced code block.';
    case 'cut':
      return 'Your answer was cut. Answer again, shorter, with one whole fenced code block.';
    case 'unchanged':
      return 'That is the code as it was. Change it as the instruction says, and answer with the whole piece in one fenced code block.';
    case 'empty':
      return 'That is empty. Answer with the whole piece in one fenced code block.';
    case 'syntax':
      return 'That does not parse. Answer again with the whole piece, corrected, in one fenced code block.';
    case 'lost':
      return `That lost \`${fault.name}\`. Answer again with the whole piece in one fenced code block.`;
    case 'lostTests':
      return 'That lost tests that the file has. Answer again with the whole file in one fenced code block.';
  }
}
