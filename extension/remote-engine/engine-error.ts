import { CodedError } from '../../native/protocol/coded-error.ts';
import { translate } from '../translation.ts';
import { isRecord } from '../workspace/is-record.ts';

/** A request that the engine refused. */
export interface Refusal {
  readonly status: number;
  /** What the engine says about it; empty when it says nothing. */
  readonly text: string;
  /** Milliseconds after which it wants to be asked again. */
  readonly retryAfterMs: number | undefined;
  /** The request was longer than the engine's window. */
  readonly tooLong: boolean;
  /** The engine's window in tokens, where it says so then. */
  readonly windowTokens: number | undefined;
}

const textMax = 600;
const tooLongMarks = [
  /context_length_exceeded|exceed_context_size/i,
  /maximum (context|model) length/i,
  /exceeds?\b.{0,60}\b(context|window)\b/i,
  /longer than the model'?s context/i,
  /(context length|context window|context size)\b.{0,80}\b(overflow|exceed|too (long|small))/i,
  /prompt is too long|prompt too long|input length exceeds/i,
  /(max_new_tokens|max_tokens).{0,40}must be (<=|less)/i,
  /loaded with context length of only/i,
];
const windows = [
  /"n_ctx"\s*:\s*(\d+)/,
  /(?:maximum|max) (?:context|model) length (?:is|of)?\s*\(?(\d+)/i,
  /model'?s context length \((\d+)/i,
  /available context size \((\d+)/i,
  /context length of only (\d+)/i,
  /exceeded max context length.*?of (\d+)/i,
];

/** Reads the refusal from the head and the text of an answer. */
export function refusalOf(
  status: number,
  headers: Readonly<Record<string, string | readonly string[] | undefined>>,
  body: string,
  now: number,
): Refusal {
  const long = isTooLong(status, body);
  const match = long ? windows.map((pattern) => pattern.exec(body)?.[1]).find(Boolean) : undefined;
  return {
    status,
    text: messageIn(body),
    retryAfterMs: retryAfter(headers['retry-after'], now),
    tooLong: long,
    windowTokens: match === undefined ? undefined : Number(match),
  };
}

/** What a refusal means for the user: a sentence that says what to do. `host` names the engine. */
export function refusalError(host: string, refusal: Refusal): CodedError {
  const { status, text, tooLong, windowTokens } = refusal;
  const said = text === '' ? translate('status {0}', status) : text;
  if (tooLong)
    return new CodedError('context.overflow', translate('The conversation is too long for {0}: {1}', host, said), {
      data: { status, ...(windowTokens !== undefined && { contextTokens: windowTokens }) },
    });
  const data = { status };
  switch (status) {
    case 401:
    case 403:
      return new CodedError('auth.denied', translate('{0} refuses the key: {1}', host, said), { data });
    case 404:
      return new CodedError('model.unknown', translate('{0} does not serve this: {1}', host, said), { data });
    case 429:
      return new CodedError('engine.failed', translate('{0} is busy: {1}', host, said), { data });
    default:
      if (status >= 300 && status < 400)
        return new CodedError(
          'request.invalid',
          translate('{0} sends requests on to another address. Enter that address instead.', host),
          { data },
        );
      return new CodedError('engine.failed', translate('{0} refused the request: {1}', host, said) + hint(text), {
        data,
      });
  }
}

/** What the server's owner has to do, where the message alone does not say it. */
function hint(text: string): string {
  if (/tool-call-parser|enable-auto-tool-choice/.test(text))
    return ` ${translate('Start the server with the parser for the tool calls of its model.')}`;
  if (/does not support tools|tools? (is|are) not supported|requires? --jinja|tools param requires/i.test(text))
    return ` ${translate('The agent needs a model and a server that know tool calls.')}`;
  return '';
}

function isTooLong(status: number, text: string): boolean {
  return (
    (status === 400 || status === 413 || status === 422 || status === 500) &&
    tooLongMarks.some((mark) => mark.test(text))
  );
}

/** The sentence in an error's JSON, in any of the shapes that servers use; else the text itself. */
function messageIn(body: string): string {
  const found = textIn(parsed(body));
  const plain = /^\s*</.test(body) ? '' : body; // a page of a proxy is nothing to read
  return (found ?? plain).replaceAll(/\s+/g, ' ').trim().slice(0, textMax);
}

function textIn(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  if (Array.isArray(value)) return textIn(value[0]);
  if (!isRecord(value)) return undefined;
  return textIn(value.error) ?? textIn(value.message) ?? textIn(value.detail) ?? textIn(value.msg);
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // not every proxy answers in JSON
  }
}

/** Seconds, or a date. */
function retryAfter(header: string | readonly string[] | undefined, now: number): number | undefined {
  if (typeof header !== 'string') return undefined;
  const seconds = Number(header);
  const ms = Number.isFinite(seconds) ? seconds * 1000 : Date.parse(header) - now;
  return Number.isFinite(ms) ? Math.max(0, ms) : undefined;
}
