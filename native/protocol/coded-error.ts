/** Every code an error can carry: `domain.reason`. Callers branch on the code, never on the message. */
const errorCodes = [
  'request.invalid', // a field is missing or wrong; the message names it
  'request.cancelled',
  'request.unknown-method',
  'auth.denied', // no token, a wrong token, or a foreign Origin
  'protocol.version', // client and daemon speak different versions
  'protocol.frame', // a frame that breaks the protocol
  'daemon.running', // another daemon holds this state directory, with another model
  'daemon.stopping',
  'daemon.unreachable',
  'option.invalid', // a command-line option
  'library.missing', // no llama.cpp libraries for this platform
  'library.release', // the libraries are not of the release the addon was built for
  'library.unusable', // a backend was forced that cannot be used here
  'addon.missing',
  'model.missing', // no such file or name
  'model.unknown', // a request names a model that is not loaded
  'model.not-loaded',
  'model.invalid', // truncated, corrupt, hostile, wrong-endian, or a split is absent
  'model.unsupported', // an intact file that this llama.cpp cannot run
  'model.busy', // turns run on the model that a load would close; data says how many and whose
  'model.switched', // another client's load ended this turn
  'model.memory', // the model does not fit into memory
  'model.capability', // the model has no embeddings, no fill-in-the-middle, ...
  'context.overflow', // the prompt is longer than the context; data carries both numbers
  'pool.overflow', // the prompt can never fit the KV pool; data carries both numbers
  'queue.full', // too many requests wait
  'session.unknown',
  'session.busy', // one generation at a time per session
  'session.position', // a rewind or fork to a place that does not exist
  'template.failed', // the chat template threw
  'grammar.invalid', // a schema or grammar that cannot be compiled
  'snapshot.mismatch', // saved KV of another model, release or type
  'snapshot.corrupt',
  'engine.failed', // llama.cpp refused to compute
  'engine.closed',
  'file.failed',
  'hub.address', // the setting names no hub that may be asked
  'hub.unreachable', // no answer, or a broken one: trying again may help
  'hub.denied', // a login is needed, or the licence must be accepted first
  'hub.missing', // no such repository or file
  'hub.invalid', // an answer that is not what the hub's interface promises
  'download.corrupt', // the bytes are not those that the hub announced
  'download.space', // the disk has no room
  'internal.failed',
] as const;

export type ErrorCode = (typeof errorCodes)[number];

/** Facts about an error that a program may need: numbers, a field's name. No stacks, no paths outside the request. */
export type ErrorData = Readonly<Record<string, string | number | boolean | null>>;

export interface CodedErrorOptions {
  readonly cause?: unknown;
  readonly data?: ErrorData;
}

/** The one error class. `message` is a sentence for the user that says what to do; `cause` stays in this process. */
export class CodedError extends Error {
  readonly code: ErrorCode;
  readonly data: ErrorData | undefined;

  constructor(code: ErrorCode, message: string, options: CodedErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'CodedError';
    this.code = code;
    this.data = options.data;
  }
}

/** Whether `code` is one of ours. Errors from another process or the addon carry their code as a plain string. */
export function isErrorCode(code: unknown): code is ErrorCode {
  return typeof code === 'string' && (errorCodes as readonly string[]).includes(code);
}

/** What was thrown, in words. */
export function reasonOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** Turns anything thrown into a CodedError. Keeps a known `code`, which the addon sets on its errors. */
export function toCodedError(thrown: unknown, fallback: ErrorCode = 'internal.failed'): CodedError {
  if (thrown instanceof CodedError) return thrown;
  if (thrown instanceof Error) {
    const code = 'code' in thrown && isErrorCode(thrown.code) ? thrown.code : fallback;
    return new CodedError(code, thrown.message, { cause: thrown });
  }
  return new CodedError(fallback, reasonOf(thrown), { cause: thrown });
}
