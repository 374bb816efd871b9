// A reporter for node:test: one JSON line a test, with the values of a failed assertion on one line. Runs in the
// user's Node, from version 20 on.
import { realpathSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { shown } from './shown-value.cjs';
import { ownMessage, toldError } from './told-error.cjs';

/** The places that a stack names, in its order: file and line. */
function placesIn(stack) {
  return String(stack ?? '')
    .split('\n')
    .flatMap((line) => {
      const frame = /(file:\/\/\/[^)]+?|(?:\/|[A-Za-z]:[\\/])[^()]*?):(\d+)(?::\d+)?\)?$/.exec(line);
      return frame
        ? [{ file: frame[1].startsWith('file:') ? fileURLToPath(frame[1]) : frame[1], line: Number(frame[2]) }]
        : [];
    });
}

function isSame(a, b) {
  if (a === b) return true;
  try {
    return realpathSync(a) === realpathSync(b);
  } catch {
    return false;
  }
}

/** Whether this is the file itself: it has no tests, or it could not be loaded. */
function isFile({ name, file, nesting }) {
  return nesting === 0 && file !== undefined && isSame(path.resolve(name), file);
}

function failureOf(error) {
  const cause = error?.cause;
  const compared =
    cause &&
    typeof cause === 'object' &&
    Object.hasOwn(cause, 'expected') &&
    Object.hasOwn(cause, 'actual') &&
    cause.operator !== 'fail';
  if (compared) return { expected: shown(cause.expected), actual: shown(cause.actual), message: ownMessage(cause) };
  return { message: toldError(cause ?? error) };
}

/** Output of a file that could not be loaded: its error, and the error's position. */
function crashOf({ name, file }, printed) {
  const lines = printed.split('\n');
  const message =
    lines.find((line) => /^(Uncaught )?(\w*(Error|Exception)\b|\w+ \[\w+\]: )/.test(line)) ??
    lines.findLast((line) => line.trim() !== '' && !line.startsWith('Node.js ')) ??
    'the file could not be run';
  const place = placesIn(printed).find((one) => !one.file.includes('node_modules'));
  return {
    result: 'crashed',
    name: path.relative(process.cwd(), path.resolve(name)).replaceAll('\\', '/'),
    file: place?.file ?? file,
    line: place?.line ?? 1,
    message,
  };
}

function outcomeOf({ type, data }, printed) {
  const error = data.details?.error;
  if (isFile(data)) {
    // A crash after tests is told by them, or by the exit of the file.
    if (type === 'test:fail' && error?.failureType !== 'subtestsFailed')
      return crashOf(data, printed.get(data.file) ?? '');
    return type === 'test:pass' ? { result: 'passed', name: data.name, file: data.file, whole: true } : undefined;
  }
  if (data.details?.type === 'suite' && (type === 'test:pass' || error?.failureType === 'subtestsFailed'))
    return undefined;
  if (typeof data.skip === 'string' && /name does not match pattern|'only' option not set/.test(data.skip))
    return undefined;
  if ((data.skip ?? false) !== false || (data.todo ?? false) !== false) return { result: 'skipped', name: data.name };
  if (type === 'test:pass') return { result: 'passed', name: data.name };
  // Its subtests tell why.
  if (error?.failureType === 'subtestsFailed') return undefined;
  const stack = typeof error?.cause === 'object' ? error.cause?.stack : undefined;
  const place = placesIn(stack).find((one) => data.file !== undefined && isSame(one.file, data.file));
  return { result: 'failed', name: data.name, file: data.file, line: place?.line ?? data.line, ...failureOf(error) };
}

export default async function* report(source) {
  const printed = new Map();
  for await (const event of source) {
    const { type, data } = event;
    if (type === 'test:stderr' && data.file !== undefined) {
      // Node 20 says it absolute, later versions as it was given.
      const file = path.resolve(data.file);
      printed.set(file, ((printed.get(file) ?? '') + data.message).slice(-20_000));
    }
    if (type !== 'test:pass' && type !== 'test:fail') continue;
    const outcome = outcomeOf(event, printed);
    if (outcome !== undefined) yield `${JSON.stringify(outcome)}\n`;
  }
}
