import { describe, expect, it } from 'vitest';
import { toolFormats } from '../../../../../native/daemon/chat/formats/registry.ts';
import { readReply } from '../../../../support/daemon/reply-reading.ts';

/** A quarter of a megabyte in pieces as small as tokens: times out if the work grows faster than the text. */
describe('a long reply', () => {
  const content = 'if (a < b) return "</x>"; // <| ``` { } \\n\n'.repeat(6_000);
  const pieces = (text: string): string[] => text.match(/[\s\S]{1,3}/g) ?? [];

  it.each(toolFormats.map((format) => [format.name, format] as const))('of %s is read', (name, format) => {
    const plain = readReply(format, pieces(content));
    expect(plain.text.length).toBe(content.length);
    if (name.startsWith('kimi-k2')) {
      const json = JSON.stringify({ path: 'a', old_string: content, new_string: '' });
      const read = readReply(
        format,
        pieces(
          `<|tool_calls_section_begin|><|tool_call_begin|>functions.edit_file:0<|tool_call_argument_begin|>${json}<|tool_call_end|><|tool_calls_section_end|>`,
        ),
      );
      expect(read.calls[0]?.arguments).toBe(json);
    }
  });
});
