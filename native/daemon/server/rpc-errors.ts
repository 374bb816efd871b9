import { ErrorCodes, ResponseError } from 'vscode-jsonrpc/node';
import { toCodedError } from '../../protocol/coded-error.ts';
import type { ErrorCode, ErrorData } from '../../protocol/coded-error.ts';

/** The `data` of an error response: our code, and facts that a program may need. */
export interface RpcErrorData {
  readonly code: ErrorCode;
  readonly data?: ErrorData;
}

// JSON-RPC requires a number; clients read `data.code`.
const numbers: Partial<Record<ErrorCode, number>> = {
  'request.invalid': ErrorCodes.InvalidParams,
  'request.unknown-method': ErrorCodes.MethodNotFound,
  'request.cancelled': -32800,
  'internal.failed': ErrorCodes.InternalError,
};
const applicationError = 1;

/** Converts anything thrown by a method to a JSON-RPC error. Causes and stacks are not sent. */
export function toResponseError(thrown: unknown): ResponseError<RpcErrorData> {
  const error = toCodedError(thrown);
  const data: RpcErrorData = error.data === undefined ? { code: error.code } : { code: error.code, data: error.data };
  return new ResponseError(numbers[error.code] ?? applicationError, error.message, data);
}
