'use strict';

/** First line of an error's message, with that of its cause and of the errors it holds. */
exports.toldError = function toldError(error, depth = 2) {
  const own = String(error?.message ?? error).split('\n')[0];
  if (depth === 0 || typeof error !== 'object' || error === null) return own;
  const parts = Array.isArray(error.errors) ? error.errors.slice(0, 5) : [];
  const inner = [...(error.cause === undefined || error.cause === null ? [] : [error.cause]), ...parts];
  return [own, ...inner.map((one) => `(${one === error.cause ? 'cause: ' : ''}${toldError(one, depth - 1)})`)]
    .filter((text) => text !== '')
    .join(' ');
};

/** The words that a test gave to its assertion; undefined for a message that the assertion made. */
exports.ownMessage = function ownMessage(error) {
  const message = String(error?.message ?? '');
  if (error?.generatedMessage === false) return message.split('\n')[0];
  // chai and Vitest put them before their own.
  const before = /^([^]*?): expected [^]/.exec(message)?.[1]?.split('\n')[0];
  return before === '' ? undefined : before;
};
