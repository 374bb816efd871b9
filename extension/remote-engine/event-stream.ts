import { StringDecoder } from 'node:string_decoder';
import { CodedError } from '../../native/protocol/coded-error.ts';

/** A longer line is no event of a chat, and would fill the memory. In characters. */
const lineMax = 8 * 1024 * 1024;

/**
 * The `data` of each server-sent event, in order. Comments, which servers send to keep a connection alive, and other
 * fields are left out. Throws `engine.failed` when a line has no end.
 */
export async function* eventData(body: AsyncIterable<Uint8Array>): AsyncGenerator<string> {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  for await (const piece of body) {
    rest += decoder.write(Buffer.from(piece));
    const lines = rest.split(/\r\n|\n|\r(?!$)/);
    rest = lines.pop() ?? '';
    if (rest.length > lineMax) throw new CodedError('engine.failed', 'The answer has a line without an end.');
    for (const line of lines) {
      const data = dataOf(line);
      if (data !== undefined) yield data;
    }
  }
  const last = dataOf(rest + decoder.end());
  if (last !== undefined) yield last;
}

/** No engine splits an event's JSON over several `data` lines. */
function dataOf(line: string): string | undefined {
  return /^data:\s?(.*)$/s.exec(line)?.[1]?.trim();
}
