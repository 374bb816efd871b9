import type { GenerateEvent, GenerateResult, TokenLogprob } from '../../../../protocol/generation.ts';
import type { EventStream } from '../../wire/event-stream.ts';
import type { ReplyIdentity } from '../../wire/reply-identity.ts';
import { chatFinish, chatLogprobs, faultText } from './chat-choice.ts';
import { ToolCallDeltas } from './tool-call-deltas.ts';
import { timingsOf } from '../../wire/timings.ts';
import { usageOf } from '../../wire/usage.ts';

interface Choice {
  begun: boolean;
  /** Logprobs that go with the next delta. */
  logprobs: TokenLogprob[];
  logprobsSent: number;
  readonly calls: ToolCallDeltas;
}

/** Writes one chat completion as chunks. Owns: their order and shape. Does not own: the connection, the generation. */
export class ChatStream {
  readonly #events: EventStream;
  readonly #identity: object;
  readonly #includeUsage: boolean;
  readonly #choices: readonly Choice[];

  constructor(
    events: EventStream,
    reply: ReplyIdentity,
    options: { readonly choices: number; readonly includeUsage: boolean },
  ) {
    this.#events = events;
    this.#identity = { ...reply, object: 'chat.completion.chunk' };
    this.#includeUsage = options.includeUsage;
    this.#choices = Array.from({ length: options.choices }, () => ({
      begun: false,
      logprobs: [],
      logprobsSent: 0,
      calls: new ToolCallDeltas(),
    }));
  }

  /** Writes an event's addition to a choice. The first event opens the stream, even without text. */
  push(choice: number, event: GenerateEvent): void {
    switch (event.kind) {
      case 'queued':
      case 'prefill':
      case 'decode':
        this.#events.open();
        return;
      case 'text':
        this.#delta(choice, { content: event.text });
        return;
      case 'reasoning':
        this.#delta(choice, { reasoning_content: event.text });
        return;
      case 'call':
      case 'callDone':
        for (const delta of this.#choices[choice]?.calls.push(event) ?? [])
          this.#delta(choice, { tool_calls: [delta] });
        return;
      case 'callBroken':
        return; // its text follows the content, in end()
    }
  }

  /** Takes the logprobs of the tokens in the text of the choice's next event. */
  logprobs(choice: number, logprobs: readonly TokenLogprob[]): void {
    this.#choices[choice]?.logprobs.push(...logprobs);
  }

  /** Writes the last chunks of a choice. */
  end(choice: number, result: GenerateResult): void {
    const fault = faultText(result);
    if (fault !== '') this.#delta(choice, { content: fault });
    // Tokens without text in the answer, for example the marker that opens a broken call.
    const rest = result.logprobs?.slice(this.#choices[choice]?.logprobsSent ?? 0) ?? [];
    if (rest.length > 0) this.#chunk(choice, {}, { logprobs: chatLogprobs(rest) });
    this.#chunk(choice, {}, { finish_reason: chatFinish(result) });
  }

  /** Writes the chunks that belong to the whole answer. */
  finish(results: readonly GenerateResult[]): void {
    const [first] = results;
    if (!this.#includeUsage || first === undefined) return;
    this.#events.send({ ...this.#identity, choices: [], usage: usageOf(results), timings: timingsOf(first) });
  }

  #delta(index: number, delta: object): void {
    const choice = this.#choices[index];
    const logprobs = choice?.logprobs.splice(0) ?? [];
    if (choice !== undefined) choice.logprobsSent += logprobs.length;
    this.#chunk(index, delta, logprobs.length === 0 ? {} : { logprobs: chatLogprobs(logprobs) });
  }

  #chunk(
    index: number,
    delta: object,
    last: { readonly logprobs?: object | null; readonly finish_reason?: string },
  ): void {
    const choice = this.#choices[index];
    if (choice !== undefined && !choice.begun) {
      choice.begun = true;
      // Null unless text follows, as OpenAI sends it: for an empty string clients show an empty text.
      this.#send(
        index,
        { role: 'assistant', content: 'tool_calls' in delta || 'reasoning_content' in delta ? null : '' },
        {},
      );
    }
    this.#send(index, delta, last);
  }

  #send(index: number, delta: object, last: object): void {
    this.#events.send({
      ...this.#identity,
      choices: [{ index, delta, logprobs: null, finish_reason: null, ...last }],
      ...(this.#includeUsage ? { usage: null } : {}),
    });
  }
}
