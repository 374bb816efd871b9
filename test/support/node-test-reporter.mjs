// A node:test reporter that prints one JSON line a test, with the values of a failed assertion on one line.
import { inspect } from 'node:util';

/** 'a', [1, 2], { a: 1 }; anything else as Node prints it. */
function show(value) {
  if (typeof value === 'string') return `'${value}'`;
  if (Array.isArray(value)) return `[${value.map(show).join(', ')}]`;
  if (value && typeof value === 'object' && [null, Object.prototype].includes(Object.getPrototypeOf(value))) {
    const entries = Object.entries(value);
    return entries.length > 0 ? `{ ${entries.map(([key, entry]) => `${key}: ${show(entry)}`).join(', ')} }` : '{}';
  }
  return Object.is(value, -0) ? '-0' : inspect(value, { breakLength: Infinity, compact: 3 });
}

/** Line of the first stack frame in the test file: the failing assertion, or the call that threw. */
function lineIn(file, stack) {
  for (const line of (stack ?? '').split('\n')) {
    const frame = /(?:file:\/\/)?(\/[^\s():]+):(\d+):\d+\)?$/.exec(line);
    if (frame?.[1] === file) return Number(frame[2]);
  }
  return undefined;
}

export default async function* report(source) {
  for await (const { type, data } of source) {
    if ((type !== 'test:pass' && type !== 'test:fail') || data.details?.type === 'suite' || data.name.endsWith('.test.js')) continue;
    if (type === 'test:pass') {
      yield `${JSON.stringify({ ok: true, name: data.name })}\n`;
      continue;
    }
    const error = data.details?.error;
    const cause = error?.cause;
    const compared = cause && Object.hasOwn(cause, 'expected') && Object.hasOwn(cause, 'actual');
    const values = compared ? { expected: show(cause.expected), actual: show(cause.actual) } : { message: String(cause?.message ?? error?.message).split('\n')[0] };
    yield `${JSON.stringify({ ok: false, name: data.name, file: data.file, line: lineIn(data.file, cause?.stack) ?? data.line, ...values })}\n`;
  }
}
