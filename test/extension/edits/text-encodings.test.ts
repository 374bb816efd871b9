// Faked: VS Code's encodings. Latin 1 and UTF-8 stand for them.
import { describe, expect, it } from 'vitest';
import { isAscii, isWritable, survivesSaving, type TextCodec } from '../../../extension/edits/text-encodings.ts';

const codec: TextCodec = {
  decode: async (bytes, encoding) => new TextDecoder(encoding === 'shiftjis' ? 'shift_jis' : 'latin1').decode(bytes),
  encode: async (text, encoding) => {
    if (encoding === 'shiftjis') return new Uint8Array();
    return Uint8Array.from(text, (character) => (character.charCodeAt(0) < 256 ? character.charCodeAt(0) : 0x3f));
  },
};
const latin = Uint8Array.from(Buffer.from('caf\u00e9\n', 'latin1'));
const japanese = Uint8Array.from([0x93, 0xfa, 0x96, 0x7b]);

describe('a file that is saved with the encoding it was read with', () => {
  it('keeps its bytes if they are of that encoding', async () => {
    expect(await survivesSaving(Buffer.from('café 日本 😀'), 'utf8', codec)).toBe(true);
    expect(await survivesSaving(Buffer.from('\ufeffcafé'), 'utf8bom', codec)).toBe(true);
    expect(await survivesSaving(Buffer.from('\ufeffcafé', 'utf16le'), 'utf16le', codec)).toBe(true);
    expect(await survivesSaving(Buffer.from('\ufeffcafé', 'utf16le').swap16(), 'utf16be', codec)).toBe(true);
    expect(await survivesSaving(latin, 'iso88591', codec)).toBe(true);
  });

  it('loses characters of another encoding', async () => {
    expect(await survivesSaving(latin, 'utf8', codec)).toBe(false);
    expect(await survivesSaving(japanese, 'utf8', codec)).toBe(false);
    expect(await survivesSaving(Buffer.from([0x61, 0x00, 0xd8]), 'utf16le', codec)).toBe(false);
    expect(await survivesSaving(japanese, 'shiftjis', codec)).toBe(false);
  });
});

describe('new text', () => {
  it('can be written if the encoding has its characters', async () => {
    expect(await isWritable('é', 'iso88591', codec)).toBe(true);
    expect(await isWritable('→', 'iso88591', codec)).toBe(false);
    expect(await isWritable('→', 'utf8', codec)).toBe(true);
  });

  it('of ASCII characters is the same in all of them', () => {
    expect(isAscii('let a = 1;\r\n\t')).toBe(true);
    expect(isAscii('é')).toBe(false);
    expect(isAscii(latin)).toBe(false);
    expect(isAscii(Buffer.from('abc\n'))).toBe(true);
    expect(isAscii(Buffer.from('a', 'utf16le'))).toBe(false);
  });
});
