import type { CodedError, ErrorCode } from '../../protocol/coded-error.ts';

const badRequests: readonly ErrorCode[] = [
  'option.invalid',
  'daemon.running',
  'library.unusable',
  'model.missing',
  'model.invalid',
  'model.unsupported',
  'model.memory',
  'model.unknown',
  'template.failed',
];

/** Exit status of a process that ends with `error`: 2 for a mistake of the caller, 1 for anything else. */
export function exitStatus(error: CodedError): 1 | 2 {
  return badRequests.includes(error.code) ? 2 : 1;
}
