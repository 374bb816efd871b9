// Bytes are tokens; the logprob of the n-th token is -n.
import * as fc from '../../../support/fast-check.ts';
import { describe, expect, it } from 'vitest';
import type { NativeLogprob } from '../../../../native/addon/contract.ts';
import type { ReplyParser } from '../../../../native/daemon/chat/formats/tool-format.ts';
import { kimiK2 } from '../../../../native/daemon/chat/formats/kimi-k2.ts';
import type { GenerateEvent } from '../../../../native/protocol/generation.ts';
import { ReplyReader } from '../../../../native/daemon/session/reply-reader.ts';
import { fakeVocabulary } from '../../../support/engine/fake-vocabulary.ts';
import { plainFormat } from '../../../support/daemon/plain-format.ts';

const { vocabulary, tokenizer, idOf } = fakeVocabulary({
  control: ['<|im_end|>', ...kimiK2.markers],
  ends: ['<|im_end|>'],
});
const markers = new Set(kimiK2.markers.map((text) => idOf(text)));
const end = idOf('<|im_end|>');
const plain = (): ReplyParser => plainFormat.parser({ prompt: '', tools: [], nextCallIndex: 0, choice: 'none' });

interface Piece {
  readonly text: string;
  readonly logprobs: readonly number[];
}

/** What an event shows: its text, a call's arguments, else its kind. */
function textOf(event: GenerateEvent): string {
  if (event.kind === 'text') return event.text;
  return event.kind === 'call' ? event.argumentsText : event.kind;
}

/** Text with the logprobs that were told before it, as they come when the tokens come in batches; then those left. */
function read(
  reply: string,
  options: {
    readonly stops?: readonly string[];
    readonly batch?: number;
    readonly textBytes?: number;
    readonly parser?: ReplyParser;
  } = {},
) {
  const { stops = [], batch = 1, textBytes, parser = plain() } = options;
  const pieces: Piece[] = [];
  let told: number[] = [];
  const reader = new ReplyReader({
    vocabulary,
    parser,
    markers,
    stops,
    onLogprobs: (logprobs) => told.push(...logprobs.map((entry) => -entry.logprob)),
    onEvent: (event) => {
      pieces.push({ text: textOf(event), logprobs: told });
      told = [];
    },
  });
  const ids = [...tokenizer.tokenize(reply, true)];
  const logprobs = ids.map((token, at): NativeLogprob => ({
    token,
    logprob: -at,
    topTokens: new Int32Array(),
    topLogprobs: new Float32Array(),
  }));
  for (let at = 0; at < ids.length; at += batch)
    reader.push(Int32Array.from(ids.slice(at, at + batch)), logprobs.slice(at, at + batch));
  const whole = reader.finish({ textBytes, truncated: textBytes !== undefined });
  return { pieces, whole, left: whole.logprobs.slice(pieces.flatMap((piece) => piece.logprobs).length) };
}

describe('the logprobs of a reply', () => {
  it.each([1, 2, 5])('come with the text of their tokens, in batches of %i', (batch) => {
    expect(read('abc<|im_end|>', { batch }).pieces).toEqual([
      { text: 'a', logprobs: [0] },
      { text: 'b', logprobs: [1] },
      { text: 'c', logprobs: [2] },
    ]);
  });

  it('come together with the character that several tokens make', () => {
    expect(read('aé世').pieces).toEqual([
      { text: 'a', logprobs: [0] },
      { text: 'é', logprobs: [1, 2] },
      { text: '世', logprobs: [3, 4, 5] },
    ]);
  });

  it('wait with text that may begin a stop string, and never come for the stop string', () => {
    expect(read('a\nb', { stops: ['\n\n'] }).pieces).toEqual([
      { text: 'a', logprobs: [0] },
      { text: '\n', logprobs: [1] },
      { text: 'b', logprobs: [2] },
    ]);
    const stopped = read('ab\n\n', { stops: ['\n\n'], textBytes: 2 });
    expect(stopped.pieces).toEqual([
      { text: 'a', logprobs: [0] },
      { text: 'b', logprobs: [1] },
    ]);
    expect(stopped.whole.logprobs).toHaveLength(2);
  });

  it('come for the tokens of a call with its arguments, its markers included', () => {
    const parser = kimiK2.parser({
      prompt: '',
      tools: [{ name: 'f', parameters: {} }],
      nextCallIndex: 0,
      choice: 'auto',
    });
    const { pieces, whole, left } = read(
      'x<|tool_calls_section_begin|><|tool_call_begin|>functions.f:0<|tool_call_argument_begin|>{}<|tool_call_end|><|tool_calls_section_end|><|im_end|>',
      { parser },
    );
    expect(pieces[0]).toEqual({ text: 'x', logprobs: [0] });
    expect(whole.message.toolCalls).toHaveLength(1);
    const told = pieces.flatMap((piece) => piece.logprobs);
    expect([...told, ...left.map((entry) => -entry.logprob)]).toEqual(whole.logprobs.map((_, at) => at));
  });

  it('are those of the whole reply, whatever its text and however it is cut', () => {
    const letters = fc.string({ unit: fc.constantFrom('a', 'b', 'é', '🌍'), maxLength: 20 });
    fc.assert(
      fc.property(
        letters,
        fc.array(fc.string({ unit: fc.constantFrom('a', 'b', 'é'), minLength: 1, maxLength: 3 }), { maxLength: 2 }),
        fc.integer({ min: 1, max: 6 }),
        (text, stops, batch) => {
          fc.pre(!stops.some((stop) => text.includes(stop)));
          const { pieces, whole } = read(`${text}<|im_end|>`, { stops, batch });
          expect(pieces.flatMap((piece) => piece.logprobs)).toEqual(whole.logprobs.map((_, at) => at));
          for (const piece of pieces) expect(piece.logprobs).toHaveLength(Buffer.byteLength(piece.text));
          expect(whole.logprobs.some((entry) => entry.token === end)).toBe(false);
        },
      ),
    );
  });

  it('leave the text in the pieces it came in when nobody takes them', () => {
    const texts: string[] = [];
    const reader = new ReplyReader({
      vocabulary,
      parser: plain(),
      markers,
      stops: [],
      onEvent: (event) => texts.push(event.kind === 'text' ? event.text : ''),
    });
    reader.push(Int32Array.from(tokenizer.tokenize('abc', true)), undefined);
    expect(texts).toEqual(['abc']);
  });
});
