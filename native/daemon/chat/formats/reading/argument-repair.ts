import { jsonrepair } from 'jsonrepair';
import { isJsonObject } from '../../../../protocol/json-object.ts';

/** A JSON object as text: as the model wrote it if that is valid, else repaired. */
interface ObjectText {
  readonly json: string;
  readonly value: Readonly<Record<string, unknown>>;
  readonly repaired: boolean;
}

/** Longest broken text to repair, in UTF-16 units: jsonrepair recurses. */
const repairLimit = 2_000_000;

/**
 * Reads arguments a model wrote. Valid objects come back verbatim; repaired are: nothing at all or null (no arguments),
 * an object inside a string or a one-element array, code fences, a missing opening brace, and what jsonrepair mends
 * (quotes, commas, Python literals, raw newlines, missing ends). Undefined when no object comes of it.
 */
export function readObject(text: string): ObjectText | undefined {
  const trimmed = text.trim();
  if (trimmed === '') return { json: '{}', value: {}, repaired: true };
  const parsed = parseJson(trimmed);
  if (parsed !== undefined) return fromValue(trimmed, parsed.value, 2);
  const bare = withoutFences(trimmed);
  const unfenced = bare === trimmed ? undefined : parseJson(bare);
  if (unfenced !== undefined) {
    const inner = fromValue(bare, unfenced.value, 2);
    return inner && { ...inner, repaired: true };
  }
  return repairObject(bare);
}

/** JSON.parse without exceptions; undefined if `text` is not JSON. */
export function parseJson(text: string): { readonly value: unknown } | undefined {
  try {
    return { value: JSON.parse(text) as unknown };
  } catch {
    return undefined; // not JSON: the answer, not a failure
  }
}

/** `text` repaired by jsonrepair and parsed; undefined if it gives up. */
export function repairValue(text: string): { readonly value: unknown } | undefined {
  if (text.length > repairLimit) return undefined;
  try {
    return parseJson(jsonrepair(prepared(text)));
  } catch {
    return undefined; // beyond repair, or nested too deeply for its recursion
  }
}

/** Text for jsonrepair, which would drop backslashes that begin no escape: those of `C:\Users` and `\d+`. */
function prepared(text: string): string {
  return withPlainQuotes(text).replace(/\\(?:["'\\/bfnrt\r\n]|u[0-9a-fA-F]{4})|\\/g, (found) =>
    found === '\\' ? '\\\\' : found,
  );
}

/** Python's text in three quotes, which jsonrepair takes for an empty text and more, as a JSON string. */
function withPlainQuotes(text: string): string {
  // Each opening quote may look at all that follows.
  if (text.length > 200_000 || text.split(/"""|'''/).length > 200) return text;
  return text.replace(/(?<=[:,[{]\s*)("""|''')([\s\S]*?)\1(?=\s*[,}\]:])/g, (_, _quotes: string, inner: string) => {
    const escaped = inner.replace(/(\\[\s\S])|"/g, (found, pair: string | undefined) => pair ?? `\\${found}`);
    return `"${escaped.replaceAll('\n', '\\n').replaceAll('\r', '\\r').replaceAll('\t', '\\t')}"`;
  });
}

function fromValue(json: string, value: unknown, depth: number): ObjectText | undefined {
  if (isJsonObject(value)) return { json, value, repaired: false };
  if (value === null) return { json: '{}', value: {}, repaired: true };
  if (depth === 0) return undefined;
  if (typeof value === 'string') {
    const inner = parseJson(value);
    const found = inner && fromValue(value.trim(), inner.value, depth - 1);
    return found && { ...found, repaired: true };
  }
  if (Array.isArray(value) && value.length === 1 && isJsonObject(value[0])) {
    return { json: JSON.stringify(value[0]), value: value[0], repaired: true };
  }
  return undefined;
}

function repairObject(text: string): ObjectText | undefined {
  for (const candidate of candidates(text)) {
    const repaired = repairValue(candidate);
    const found = repaired && fromValue(JSON.stringify(repaired.value), repaired.value, 0);
    if (found) return { ...found, json: keepBeginning(text, candidate, found), repaired: true };
  }
  return undefined;
}

/** jsonrepair keeps the layout: its text is preferred, so that the streamed text stays the beginning of the whole. */
function keepBeginning(text: string, candidate: string, found: ObjectText): string {
  if (!text.startsWith('{')) return found.json;
  const json = jsonrepair(prepared(candidate));
  return isJsonObject(parseJson(json)?.value) ? json.trim() : found.json;
}

function candidates(text: string): string[] {
  if (text.startsWith('{')) return [text];
  const brace = text.indexOf('{');
  // The word json or arguments before the object is noise; any other text is not.
  if (brace !== -1 && /^[\s:="'`]*(?:json|arguments|args|parameters)?[\s:="'`]*$/i.test(text.slice(0, brace)))
    return [text.slice(brace)];
  return /^(?:"[^"\n]*"|'[^'\n]*'|[A-Za-z_]\w*)\s*:/.test(text) ? [`{${text}`] : [];
}

function withoutFences(text: string): string {
  return text
    .replace(/^```[a-zA-Z_]*[ \t]*\r?\n?/, '')
    .replace(/\r?\n?[ \t]*```[\s}\]"'`;,]*$/, '')
    .trim();
}
