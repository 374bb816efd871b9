import { describe, expect, it } from 'vitest';
import { toolFormats } from '../../../../../native/daemon/chat/formats/registry.ts';
import { readInAllWays } from '../../../../support/daemon/reply-reading.ts';

function read(family: string, reply: string) {
  return readInAllWays(
    toolFormats.find(({ name }) => name === family)!,
    reply,
  );
}

const call = expect.objectContaining({ name: 'read_file', arguments: expect.stringMatching(/"path":\s*"a.ts"/) });

describe('calls that begin otherwise than the template has them', () => {
  it('are read from Gemma 4 without the word call', () => {
    const reply = 'Look: this.<|tool_call>:read_file{path:<|"|>a.ts<|"|>}<tool_call|>';
    expect(read('gemma-4', reply)).toMatchObject({ text: 'Look: this.', calls: [call], broken: [] });
  });

  it('are read from Granite with the mark of its first release', () => {
    const reply = '<tool_call> [{"name": "read_file", "arguments": {"path": "a.ts"}}]';
    expect(read('granite-3', reply)).toMatchObject({ text: '', calls: [call] });
  });

  it('are read from Muse Glimmer in a namespace of the same name', () => {
    const parameter = '<atem:parameter name="path">a.ts</atem:parameter>';
    const invoke = `<atem:invoke name="read_file.read_file">${parameter}</atem:invoke>`;
    const reply = `to=read_file.read_file<|message|><atem:function_calls>${invoke}</atem:function_calls><|eot|>`;
    expect(read('muse-glimmer', reply)).toMatchObject({ calls: [call], broken: [] });
  });

  it('are read from MiniMax M3 with an end too many, which is no text', () => {
    const mark = ']<]minimax[>[';
    const tags = ['tool_call', 'invoke name="read_file"', 'path', '/path', '/path', '/invoke', '/tool_call'];
    const [open, invoke, path, ...ends] = tags.map((tag) => `${mark}<${tag}>`);
    expect(read('minimax-m3', [open, invoke, path, 'a.ts', ...ends].join(''))).toMatchObject({
      text: '',
      calls: [call],
      broken: [],
    });
  });

  it('leave that mark in a text of Granite where no call follows', () => {
    const reply = 'Models write <tool_call> before a call.';
    expect(read('granite-3', reply)).toMatchObject({ text: reply, calls: [], broken: [] });
  });
});
