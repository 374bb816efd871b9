import type { CodedError } from '../../../protocol/coded-error.ts';

/** The error as Ollama words it. */
export function ollamaError({ message }: CodedError): object {
  return { error: message };
}
