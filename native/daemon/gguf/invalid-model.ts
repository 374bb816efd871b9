import { CodedError } from '../../protocol/coded-error.ts';

/** A refusal of a model file: one sentence that names the file, what is wrong and what to do. */
export function invalidModel(
  file: string,
  problem: string,
  advice = 'download it again, or take another file',
): CodedError {
  return new CodedError('model.invalid', `${file} ${problem}; ${advice}.`);
}
