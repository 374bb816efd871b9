'use strict';
const { inspect } = require('node:util');

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

/** The value on one line. A cyclic value, or one with a getter that throws, is shown as Node does. */
exports.shown = function shown(value) {
  try {
    return show(value);
  } catch {
    return inspect(value, { breakLength: Infinity, compact: 3 });
  }
};
