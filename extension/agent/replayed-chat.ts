import type { ChatMessage, ToolDefinition } from '../../native/protocol/chat.ts';
import type { GenerateEvent, GenerateOptions, GenerateResult } from '../../native/protocol/generation.ts';
import type { LogEntry } from '../../native/protocol/methods.ts';
import { replayedMessage } from '../../native/protocol/replayed-message.ts';
import { isGenerateEvent, type AgentModel } from './agent-model.ts';

/** What is remembered at most; what was used least recently goes first. */
const conversationsMax = 32;
const tokensMax = 1_000_000;

interface Remembered {
  readonly fingerprint: string;
  readonly tools: string;
  readonly entries: readonly LogEntry[];
  readonly tokens: number;
}

interface ReplayedRequest {
  readonly tools: readonly ToolDefinition[];
  readonly messages: readonly ChatMessage[];
  readonly options: GenerateOptions;
}

/**
 * Answers callers that send all messages with each request, and drop the thoughts of earlier answers. The token ids of
 * what was said are remembered, so that a later request finds its conversation as the model wrote it.
 */
export class ReplayedChat {
  readonly #model: (signal: AbortSignal) => Promise<AgentModel>;
  #remembered: Remembered[] = []; // least recently used first

  constructor(model: (signal: AbortSignal) => Promise<AgentModel>) {
    this.#model = model;
  }

  /** The model's next message. Rejects with a CodedError, after an abort with `request.cancelled`. */
  async answer(
    { tools, messages, options }: ReplayedRequest,
    onEvent: (event: GenerateEvent) => void,
    signal: AbortSignal,
  ): Promise<GenerateResult> {
    const model = await this.#model(signal);
    const { fingerprint } = model.facts;
    const toolsText = JSON.stringify(tools);
    const known = this.#find(fingerprint, toolsText, messages);
    const session = await model.open({ tools, label: 'chat' }, known);
    try {
      if (known.length < messages.length) await session.append(messages.slice(known.length));
      const result = await session.generate(options, (event) => isGenerateEvent(event) && onEvent(event), signal);
      this.#remember({ fingerprint, tools: toolsText, entries: [...session.entries], tokens: session.tokens });
      return result;
    } finally {
      await session.close();
    }
  }

  /** The entries of the longest remembered beginning of these messages. */
  #find(fingerprint: string, tools: string, messages: readonly ChatMessage[]): readonly LogEntry[] {
    const texts = messages.map(replayedMessage);
    let best: { readonly found: Remembered; readonly count: number } | undefined;
    for (const found of this.#remembered) {
      if (found.fingerprint !== fingerprint || found.tools !== tools) continue;
      const differs = texts.findIndex((text, at) => {
        const entry = found.entries[at];
        return entry === undefined || replayedMessage(entry.message) !== text;
      });
      const count = differs < 0 ? texts.length : differs;
      if (count > (best?.count ?? 0)) best = { found, count };
    }
    if (best === undefined) return [];
    const { found, count } = best;
    this.#remembered = [...this.#remembered.filter((other) => other !== found), found];
    return found.entries.slice(0, count);
  }

  #remember(latest: Remembered): void {
    const isBeginning = ({ fingerprint, tools, entries }: Remembered): boolean =>
      fingerprint === latest.fingerprint &&
      tools === latest.tools &&
      entries.every((entry, at) => entry.ids === latest.entries[at]?.ids);
    const all = [...this.#remembered.filter((other) => !isBeginning(other)), latest].slice(-conversationsMax);
    let tokens = all.reduce((sum, each) => sum + each.tokens, 0);
    const kept = all.filter((each) => {
      if (tokens <= tokensMax || each === latest) return true;
      tokens -= each.tokens;
      return false;
    });
    this.#remembered = kept;
  }
}
