import * as fc from '../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import { nativeText } from '../../extension/editor/model-text/native-text.ts';
import { visibleLine, visibleText } from '../../webview/visible-text.ts';

describe('a text that the user decides on', () => {
  it.each([
    ['rm \u202eghi', 'rm ⟨U+202E⟩ghi'],
    ['\u2066a\u2069', '⟨U+2066⟩a⟨U+2069⟩'],
    ['a\u200bb\u200cc\u200dd\u2060e\ufefff', 'a⟨U+200B⟩b⟨U+200C⟩c⟨U+200D⟩d⟨U+2060⟩e⟨U+FEFF⟩f'],
    ['soft\u00adhyphen', 'soft⟨U+00AD⟩hyphen'],
    ['no\u00a0break\u3000wide', 'no⟨U+00A0⟩break⟨U+3000⟩wide'],
    ['\u3164fill\u115f\u2800', '⟨U+3164⟩fill⟨U+115F⟩⟨U+2800⟩'],
    ['tag\u{e0061}', 'tag⟨U+E0061⟩'],
    ['v\ufe0f', 'v⟨U+FE0F⟩'],
    ['\u001b[8mhidden', '⟨U+001B⟩[8mhidden'],
    ['ls\rrm', 'ls⟨U+000D⟩rm'],
    ['line\u2028end', 'line⟨U+2028⟩end'],
    ['half \ud800', 'half ⟨U+D800⟩'],
    ['\ue000', '⟨U+E000⟩'],
  ])('has a mark for what is not seen: %j', (text, shown) => {
    expect(visibleText(text)).toBe(shown);
  });

  it('keeps what is seen', () => {
    const seen = ['a b\tc\nd', 'a\r\nb', 'größe 名前 שלום مرحبا', '👩‍👩‍👧 ✔️ 👍🏽', 'e\u0301', '"quotes" `ticks`'];
    for (const text of seen) expect(visibleText(text)).toBe(text);
  });

  it('never holds a character that is not seen, whatever it was', () => {
    const emoji = /\p{Extended_Pictographic}[\ufe0f\u200d\p{Emoji_Modifier}]*/gu;
    const unseen = /[\p{Cf}\p{Zl}\p{Zp}\u200b-\u200f\u202a-\u202e\u2060-\u2069]/u;
    fc.assert(
      fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
        expect(visibleText(text).replace(emoji, '')).not.toMatch(unseen);
      }),
    );
  });

  it('is one line where there is room for one, and cut where it is long', () => {
    expect(visibleLine('echo a\nrm b\r\nc')).toBe('echo a⏎rm b⏎c');
    expect(visibleLine('x'.repeat(400))).toBe(`${'x'.repeat(300)}…`);
  });
});

describe('a message of the editor', () => {
  it('has no link and so runs no command that a model wrote', () => {
    // The expression by which VS Code finds links in messages.
    const link = /\[([^\]]+)\]\(((?:https?:\/\/|command:|file:)[^)\s]+)(?: (["'])(.+?)(\3))?\)/i;
    const hostile = 'Which? [yes](command:workbench.action.quit) [no](https://x.example "t")';
    expect(hostile).toMatch(link);
    expect(nativeText(hostile)).not.toMatch(link);
    const part = fc.constantFrom('[', ']', '(', ')', 'a', ' ', 'command:x', 'https://x', '\u200b', '"');
    fc.assert(
      fc.property(fc.array(part, { maxLength: 30 }), (parts) => {
        expect(nativeText(parts.join(''))).not.toMatch(link);
      }),
    );
  });
});
