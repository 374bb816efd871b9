import { CodedError } from '../../protocol/coded-error.ts';
import { isHeavy } from '../../protocol/json-weight.ts';
import type { Message } from 'vscode-jsonrpc/node';

/** Largest frame in bytes. Recreating a conversation of 131072 tokens, with ids and texts, takes about 2 MB. */
export const frameBytesMax = 32 * 1024 * 1024;

/**
 * Reads one frame of a client. Returns a JSON-RPC 2.0 request or notification that has an object as parameters.
 * Throws `protocol.frame` for anything else, also for a reply: the daemon sends its clients no requests.
 */
export function readFrame(data: string): Message {
  if (isHeavy(data)) throw new CodedError('protocol.frame', 'Expected a frame with fewer values: split the request.');
  let value: unknown;
  try {
    value = JSON.parse(data);
  } catch (error) {
    throw new CodedError('protocol.frame', 'Expected JSON for a frame but received something else.', { cause: error });
  }
  if (!isRecord(value))
    throw new CodedError(
      'protocol.frame',
      'Expected one JSON-RPC message for a frame but received a batch or a plain value.',
    );
  if (value.jsonrpc !== '2.0') throw new CodedError('protocol.frame', 'Expected "2.0" for jsonrpc.');
  if (typeof value.method !== 'string') throw new CodedError('protocol.frame', 'Expected a method name for method.');
  if ('id' in value && !isRequestId(value.id))
    throw new CodedError('protocol.frame', 'Expected a string or a number for id.');
  if (value.params !== undefined && !isRecord(value.params))
    throw new CodedError('protocol.frame', 'Expected an object for params.');
  if (value.method === '$/cancelRequest' && !(isRecord(value.params) && isRequestId(value.params.id))) {
    throw new CodedError('protocol.frame', 'Expected the id of a request for $/cancelRequest.');
  }
  return value as unknown as Message;
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

function isRequestId(id: unknown): id is string | number {
  return typeof id === 'string' || (typeof id === 'number' && Number.isFinite(id));
}
