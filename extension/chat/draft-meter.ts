import type { ModelHost } from '../daemon-link/model-host.ts';
import { forecastOf, type Forecast } from '../metering/forecast.ts';
import { speedKeyOf, type SpeedMemory } from '../metering/speed-memory.ts';
import type { ConversationHooks } from '../tools/conversation/conversation-hooks.ts';
import type { ChatWorkspace, RequestCost } from './chat-workspace.ts';
import type { OpenConversation } from './open-conversation.ts';

/** What the draft would add, and where it can be told, what that takes. */
export interface DraftCost extends Omit<RequestCost, 'messages'> {
  readonly forecast?: Forecast;
}

const nothing: DraftCost = { tokens: 0, mentions: [] };

/** Measures what the draft in the composer would add. Owns: one measurement at a time, always of the newest draft. */
export class DraftMeter {
  readonly #measure: (text: string) => Promise<DraftCost | undefined>;
  readonly #changed: () => void;
  #draft = '';
  #cost: DraftCost = nothing;
  #stale = false;
  #running: Promise<void> | undefined;

  /** `measure` returns undefined while no model is ready. `changed` is called when there is a new cost. */
  constructor(measure: (text: string) => Promise<DraftCost | undefined>, changed: () => void) {
    this.#measure = measure;
    this.#changed = changed;
  }

  get cost(): DraftCost {
    return this.#cost;
  }

  /** Resolves when this draft, or a newer one, is measured. */
  update(text: string): Promise<void> {
    this.#draft = text;
    return this.remeasure();
  }

  /** Measures the draft again: a model has become ready. */
  remeasure(): Promise<void> {
    this.#stale = true;
    this.#running ??= this.#run().finally(() => {
      this.#running = undefined;
    });
    return this.#running;
  }

  async #run(): Promise<void> {
    while (this.#stale) {
      this.#stale = false;
      const cost = this.#draft.trim() === '' ? nothing : await this.#measure(this.#draft);
      if (cost === undefined) continue;
      this.#cost = cost;
      this.#changed();
    }
  }
}

/** Parts of the chat that tell what a draft costs. */
interface DraftParts {
  readonly models: ModelHost;
  readonly workspace: ChatWorkspace;
  readonly speeds: SpeedMemory;
  readonly conversation: OpenConversation;
  /** The next turn cannot be forecast while one runs. */
  readonly running: boolean;
  readonly hooks: ConversationHooks;
}

/** What a request would cost in a conversation. Undefined while no model is ready: starts none. */
export async function draftCost(text: string, parts: DraftParts): Promise<DraftCost | undefined> {
  const { models, workspace, speeds, conversation, running, hooks } = parts;
  if (models.current.state !== 'ready') return undefined;
  const model = await models.model(new AbortController().signal);
  const { facts } = model;
  const { messages, ...cost } = await workspace.cost(
    text,
    model,
    conversation.entries.map((entry) => entry.message),
  );
  if (running) return cost;
  const tools = workspace.tools(facts, hooks).definitions();
  // Sending tells what is wrong with the conversation, if something is; until then its tokens are shown.
  const size = await conversation.promptSize(model, tools, messages).catch(() => undefined);
  if (size === undefined) return cost;
  const tokens = Math.max(0, size.tokens - conversation.tokens);
  // A conversation that is too long is shortened first: what is left of it is not known before.
  if (size.tokens > workspace.profile(facts).limits.compactAt) return { ...cost, tokens };
  return { ...cost, tokens, forecast: forecastOf(size, tokens, facts, speeds.of(speedKeyOf(facts))) };
}
