import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import { toCodedError } from '../../protocol/coded-error.ts';
import type { ErrorCode, ErrorData } from '../../protocol/coded-error.ts';

/** What an error response carries beside its sentence: our code, and facts a program may need. */
export interface RpcErrorData {
  readonly code: ErrorCode;
  readonly data?: ErrorData;
}

// JSON-RPC wants a number; clients look at `data.code`.
const numbers: Partial<Record<ErrorCode, number>> = {
  'request.invalid': ErrorCodes.InvalidParams,
  'request.unknown-method': ErrorCodes.MethodNotFound,
  'request.cancelled': -32800,
  'internal.failed': ErrorCodes.InternalError,
};
const applicationError = 1;

/** Anything thrown by a method as a JSON-RPC error; causes and stacks stay here. */
export function toResponseError(thrown: unknown): ResponseError<RpcErrorData> {
  const error = toCodedError(thrown);
  const data: RpcErrorData = error.data === undefined ? { code: error.code } : { code: error.code, data: error.data };
  return new ResponseError(numbers[error.code] ?? applicationError, error.message, data);
}
