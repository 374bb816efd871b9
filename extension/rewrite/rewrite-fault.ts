import { translate } from '../translation.ts';
import { Refusal } from './refusal.ts';

/** Fault of an answer that should be code. */
export type Fault =
  | { readonly kind: 'noCode' | 'cut' | 'unchanged' | 'empty' | 'syntax' | 'lostTests' }
  | { readonly kind: 'lost'; readonly name: string }
  /** The code uses a name that is defined nowhere. */
  | { readonly kind: 'unbound'; readonly name: string };

/** A sentence for the user. */
export function faultText(fault: Fault): string {
  switch (fault.kind) {
    case 'noCode':
      return translate('The answer has no code.');
    case 'cut':
      return translate('The answer was cut off.');
    case 'unchanged':
      return translate('The answer is the same code.');
    case 'empty':
      return translate('The answer is empty.');
    case 'syntax':
      return translate('The answer does not parse.');
    case 'lost':
      return translate('The answer lost {0}.', fault.name);
    case 'lostTests':
      return translate('The answer lost existing tests.');
    case 'unbound':
      return translate('The answer uses {0}, which is not defined anywhere.', fault.name);
  }
}

/** The refusal of a command because the model gave no usable answer. */
export function failure(model: string, fault: Fault): Refusal {
  return new Refusal(translate('{0} failed: {1} Nothing was changed.', model, faultText(fault)), 'model');
}

/** Message to the model before its next try. */
export function faultAdvice(fault: Fault): string {
  switch (fault.kind) {
    case 'noCode':
      return 'Your answer has no code. Answer with one fenced code block.';
    case 'cut':
      return 'Your answer was cut off. Give a shorter answer: one complete fenced code block.';
    case 'unchanged':
      return `Your code is the same as before. Change it as the instruction says. ${wholePiece}`;
    case 'empty':
      return `Your code block is empty. ${wholePiece}`;
    case 'syntax':
      return `Your code does not parse. Correct it. ${wholePiece}`;
    case 'lost':
      return `Your code has lost \`${fault.name}\`. ${wholePiece}`;
    case 'lostTests':
      return 'Your code has lost existing tests. Answer with the whole file in one fenced code block.';
    case 'unbound':
      return `Your code uses \`${fault.name}\`, which is not defined or imported. Use only what is. ${wholePiece}`;
  }
}

const wholePiece = 'Answer with the whole piece in one fenced code block.';
