import { ArgumentReader } from './reading/argument-reader.ts';
import { harmony, harmonyAnswerPrefix, harmonyGrammar } from './grammar/harmony-grammar.ts';
import { IncrementalParser, thinkTagsAtStart } from './reading/incremental-parser.ts';
import { scanMarkers } from './reading/marker-scanner.ts';
import type { ParserOptions, ReasoningMarks, ToolFormat } from './tool-format.ts';
import { resolveTool } from './reading/tool-names.ts';

const toAnswer = `${harmony.end}${harmony.start}assistant`;
/** After the first forced end the model may still choose a call; where it thinks again, it must answer. */
const analysis: ReasoningMarks = {
  open: `${harmony.channel}analysis${harmony.message}`,
  close: [harmony.end, harmony.return, harmony.call, harmony.start, harmony.channel],
  atStart: false,
  endings: [toAnswer, `${toAnswer}${harmony.channel}final${harmony.message}`],
};

/** gpt-oss: messages in channels (harmony). */
export const gptOss: ToolFormat = {
  name: 'gpt-oss',
  matches: (template, architecture) =>
    architecture === 'gpt-oss' || (template.includes(harmony.channel) && template.includes(harmony.message)),
  parser: (options) => new HarmonyParser(options),
  grammar: harmonyGrammar,
  markers: Object.values(harmony),
  reasoning: analysis,
  answerPrefix: () => harmonyAnswerPrefix,
};

const all = Object.values(harmony);
const ends: readonly string[] = [harmony.end, harmony.call, harmony.return, harmony.start];

/** Tools that the model was trained with. Their calls are part of its thoughts. */
const builtIn = /^(?:browser|python|container)(?:\.|$)/;

interface Header {
  readonly channel: string;
  readonly recipient: string | undefined;
  /** Text that does not belong in a header. */
  readonly rest: string;
}

type State = 'header' | 'body' | 'arguments';

/**
 * Reads messages of the form `channel header message body end`. Tolerates malformed ones: an unknown channel is text, a
 * channel within a header restarts the header, a header without the message marker is a body.
 */
class HarmonyParser extends IncrementalParser {
  #state: State;
  #header = '';
  #channelSeen: boolean;
  #recipient: string | undefined;
  #call: { readonly name: string; readonly reader: ArgumentReader } | undefined;
  #streamed = '';
  #trust: 'strings' | 'markers' = 'strings';

  constructor(options: ParserOptions) {
    super({ ...options, prompt: '' }, thinkTagsAtStart);
    const opened = options.prompt.slice(options.prompt.lastIndexOf(harmony.start) + 1);
    const inBody = opened.includes(harmony.message);
    this.thinking = inBody && opened.includes('analysis');
    this.#state = inBody ? 'body' : 'header';
    this.#channelSeen = false;
  }

  protected step(): boolean {
    switch (this.#state) {
      case 'header':
        return this.#stepHeader();
      case 'body':
        return this.#stepBody();
      case 'arguments':
        return this.#stepArguments();
      default:
        return this.#state satisfies never;
    }
  }

  #stepHeader(): boolean {
    const scan = scanMarkers(this.rest, all, this.ended);
    this.#header += scan.before;
    this.rest = scan.rest;
    // A reply that does not begin with a channel is a plain answer; a header is one short line.
    const plain = !this.#channelSeen && this.#header.trim() !== '' && !looksLikeHeader(this.#header);
    if (plain || /\n.*\S/s.test(this.#header)) return this.#bodyWithoutMessage(scan.marker);
    switch (scan.marker) {
      case undefined:
        if (this.ended && this.#header.trim() !== '') return this.#bodyWithoutMessage(undefined);
        return false;
      case harmony.channel:
        this.#recipient = this.#takeHeader().recipient ?? this.#recipient;
        this.#channelSeen = true;
        return true;
      case harmony.constrain:
        this.#header += ' ';
        return true;
      case harmony.message:
        this.#openBody(this.#takeHeader());
        return true;
      default: {
        // An end inside a header: the message is empty.
        const header = this.#takeHeader();
        if ((header.recipient ?? this.#recipient) === undefined || scan.marker === harmony.start) {
          this.#reset();
        } else {
          this.#openBody(header);
          this.rest = scan.marker + this.rest;
        }
        return true;
      }
    }
  }

  /** Ends the header; any part that does not belong in it is text. */
  #takeHeader(): Header {
    const header = readHeader(this.#header);
    this.#header = '';
    this.writeFree(header.rest);
    return header;
  }

  /** The message marker is missing: after the channel's name the body begins. */
  #bodyWithoutMessage(marker: string | undefined): boolean {
    const channel = this.#channelSeen
      ? (/^\s*(?:analysis|commentary|final)\b[ \t]*/.exec(this.#header)?.[0] ?? '')
      : '';
    const called = this.#channelSeen ? /^[^\n{]*?\bto=[^\s{<|]+[^\n{]*/.exec(this.#header)?.[0] : undefined;
    const taken = called ?? channel;
    const body = this.#header.slice(taken.length);
    this.#header = taken;
    this.#openBody(this.#channelSeen ? this.#takeHeader() : { channel: 'final', recipient: undefined, rest: '' });
    this.rest = body + (marker ?? '') + this.rest;
    return true;
  }

  #openBody(header: Header): void {
    const recipient = header.recipient ?? this.#recipient;
    this.#header = '';
    this.#recipient = undefined;
    this.thinking = header.channel === 'analysis';
    if (recipient === undefined || /^(?:assistant|user|all)$/.test(recipient)) {
      this.#state = 'body';
      return;
    }
    this.#call = { name: recipient, reader: new ArgumentReader(ends, this.#trust) };
    this.#streamed = '';
    this.#state = 'arguments';
    const known = resolveTool(recipient, this.tools);
    if (known) this.output.startCall(`call_${this.callIndex}`, known.tool.name);
  }

  #stepBody(): boolean {
    const scan = scanMarkers(this.rest, all, this.ended);
    this.writeFree(scan.before);
    this.rest = scan.rest;
    if (scan.marker === undefined) return false;
    if (scan.marker === harmony.channel) this.rest = scan.marker + this.rest;
    if (scan.marker !== harmony.message && scan.marker !== harmony.constrain) this.#reset();
    return true;
  }

  #reset(): void {
    this.output.divide();
    this.#state = 'header';
    this.#header = '';
    this.#channelSeen = false;
    this.#recipient = undefined;
    this.thinking = false;
  }

  #stepArguments(): boolean {
    const call = this.#call;
    if (!call) return false;
    const result = call.reader.read(this.rest, this.replyEnd);
    const { text } = call.reader.takePiece();
    const piece = this.#streamed === '' ? text.trimStart() : text;
    this.#streamed += piece;
    this.output.argumentsPiece(piece);
    if ('waiting' in result) {
      this.rest = result.waiting;
      return false;
    }
    if (this.ended && result.rest !== '') this.#trust = 'markers';
    const id = `call_${this.callIndex}`;
    const cut = result.open && call.reader.isHalf;
    const name = call.name.replace(/^functions\./, '');
    const written = `${call.name} ${result.raw.trim()}`.trim();
    // Clients show the text of a broken call as the answer, which these are never meant to be.
    const isBuiltIn = builtIn.test(call.name) && resolveTool(call.name, this.tools) === undefined;
    if (isBuiltIn) this.output.reasoning(written);
    const shown = isBuiltIn ? '' : written;
    this.settle({ name, idFor: () => id, argumentsText: result.raw, text: shown, cut }, this.#streamed);
    this.#call = undefined;
    this.#reset();
    this.rest = result.rest;
    return true;
  }
}

/** Whether text before a channel can be the end of the role: ` to=functions.x`, `assistant`. */
function looksLikeHeader(text: string): boolean {
  return /^\s*(?:a?|as|ass|assi|assis|assist|assista|assistan|assistant\s*)(?:\s*t?|\s*to?|\s*to=\S*\s*)$/.test(text);
}

/** `assistant`, channel, `to=` and the content's type, each optional. */
const headerParts = new RegExp(
  [
    /^\s*(?:assistant\b)?(?:\s*to=([^\s<|]+))?/,
    /\s*([A-Za-z]+(?!\w))?(?:\s+to=([^\s<|]+))?/,
    /(?:\s+[A-Za-z]{1,16}(?=\s|$))?\s*([\s\S]*)$/,
  ]
    .map((part) => part.source)
    .join(''),
);

function readHeader(header: string): Header {
  const match = headerParts.exec(header);
  const channel = match?.[2] ?? '';
  return {
    channel: /^anal/i.test(channel) ? 'analysis' : channel.toLowerCase(),
    recipient: match?.[1] ?? match?.[3],
    rest: match?.[4] ?? '',
  };
}
