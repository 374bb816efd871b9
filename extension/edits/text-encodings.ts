/** Turns bytes into text and back, with an encoding by the name that VS Code gives it. */
export interface TextCodec {
  decode(bytes: Uint8Array, encoding: string): Promise<string>;
  encode(text: string, encoding: string): Promise<Uint8Array>;
}

/**
 * True if saving the file's text in this encoding gives its bytes again. Bytes of another encoding are replaced while
 * they are read: saving the text would destroy them.
 */
export async function survivesSaving(bytes: Uint8Array, encoding: string, codec: TextCodec): Promise<boolean> {
  if (isUnicode(encoding)) {
    const label = encoding.startsWith('utf8') ? 'utf-8' : `utf-16${encoding.slice('utf16'.length)}`;
    return isValid(bytes, label);
  }
  const saved = await codec.encode(await codec.decode(bytes, encoding), encoding);
  return Buffer.compare(saved, bytes) === 0;
}

/** True if every character of the text can be written in this encoding. */
export async function isWritable(text: string, encoding: string, codec: TextCodec): Promise<boolean> {
  if (isUnicode(encoding) || isAscii(text)) return true;
  return (await codec.decode(await codec.encode(text, encoding), encoding)) === text;
}

/** True if all encodings but UTF-16 read these bytes, or write this text, alike. */
export function isAscii(content: Uint8Array | string): boolean {
  return typeof content === 'string'
    ? /^[\t\n\r\f -~]*$/.test(content)
    : content.every((byte) => byte < 0x80 && byte !== 0 && byte !== 0x1b);
}

function isUnicode(encoding: string): boolean {
  return /^utf(?:8|8bom|16le|16be)$/.test(encoding);
}

function isValid(bytes: Uint8Array, label: string): boolean {
  try {
    new TextDecoder(label, { fatal: true }).decode(bytes);
    return true;
  } catch (error) {
    if (error instanceof TypeError) return false;
    throw error;
  }
}
