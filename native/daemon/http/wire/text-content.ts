import { invalidField } from './parse-fields.ts';

const kinds: Readonly<Record<string, string>> = {
  image_url: 'images',
  input_image: 'images',
  image: 'images',
  input_audio: 'audio',
  audio: 'audio',
  video_url: 'video',
  file: 'files',
  input_file: 'files',
  document: 'documents',
};

/** A part of text, as the dialects name it in requests and in answers that are sent back. */
const textTypes: ReadonlySet<string> = new Set(['text', 'input_text', 'output_text']);

/**
 * The text of a message's `content`: a string, or an array of text parts, each on lines of its own. Null and
 * undefined give an empty text. Throws request.invalid for anything but text; `field` is the content's path.
 */
export function contentText(content: unknown, field: string): string {
  if (content === undefined || content === null) return '';
  if (typeof content === 'string') return content;
  if (!Array.isArray(content)) throw invalidField(field, 'Expected a string or an array of text parts.');
  return content.map((part: unknown, at) => partText(part, `${field}[${at}]`)).join('\n');
}

/** The text of one part. Throws request.invalid for anything but text; `field` is the part's path. */
export function partText(part: unknown, field: string): string {
  if (typeof part === 'string') return part;
  if (typeof part !== 'object' || part === null) throw invalidField(field, 'Expected a text part.');
  const { type, text, refusal } = part as { type?: unknown; text?: unknown; refusal?: unknown };
  const kind = typeof type === 'string' ? kinds[type] : undefined;
  if (kind !== undefined)
    throw invalidField(field, `This model reads text only: ${kind} cannot be sent. Send parts of type "text".`);
  if (type === 'refusal' && typeof refusal === 'string') return refusal; // of an earlier answer of another model
  if (typeof type !== 'string' || !textTypes.has(type)) throw invalidField(`${field}.type`, 'Expected "text".');
  if (typeof text !== 'string') throw invalidField(`${field}.text`, 'Expected a string.');
  return text;
}
