import type { AssistantMessage, BrokenToolCall, JsonSchema, ToolChoice } from './chat.ts';
import type { ThinkingChoice } from './thinking.ts';

/** How tokens are sampled. Fields left out have the values that are recommended for the model. */
export interface SamplingOptions {
  readonly temperature?: number; // 0: greedy
  readonly topK?: number; // 0: off
  readonly topP?: number; // 1: off
  readonly minP?: number; // 0: off
  readonly repeatPenalty?: number; // 1: off
  readonly repeatLastN?: number; // last tokens that are penalised; -1: all
  readonly frequencyPenalty?: number;
  readonly presencePenalty?: number;
  readonly dryMultiplier?: number; // 0: off
  readonly dryBase?: number;
  readonly dryAllowedLength?: number;
  readonly seed?: number;
  /** Token id -> bias added to its logit. */
  readonly logitBias?: Readonly<Record<string, number>>;
}

/** A lower value runs first. Only the order matters; the gaps leave room for more. */
export const priorities = { ghostText: 0, inline: 10, agent: 20, background: 30 } as const;
export type Priority = keyof typeof priorities;

export interface GenerateOptions {
  readonly sampling?: SamplingOptions;
  readonly maxTokens?: number;
  readonly stop?: readonly string[];
  readonly toolChoice?: ToolChoice; // default auto when the session has tools
  readonly parallelToolCalls?: boolean; // default true, and false where a call is required
  readonly responseFormat?: ResponseFormat;
  readonly logprobs?: number; // alternatives per token, 0: the chosen token only; left out: none
  readonly priority?: Priority; // default agent
  /** How much the model thinks from this turn on; left out: as before. */
  readonly thinking?: ThinkingChoice;
  /** Tokens of thoughts, after which the answer has to begin; left out: what the level allows. */
  readonly thinkingBudget?: number;
}

export type ResponseFormat =
  | { readonly type: 'text' }
  | { readonly type: 'json' }
  | { readonly type: 'schema'; readonly schema: JsonSchema }
  /** One of these texts. */
  | { readonly type: 'choice'; readonly choices: readonly string[] }
  | { readonly type: 'grammar'; readonly gbnf: string };

/** `reused + computed` is the number of prompt tokens. The final token of a fully cached prompt counts as computed. */
export interface TokenUsage {
  readonly reused: number;
  readonly computed: number;
  readonly generated: number;
  /** Of those generated, the tokens of thoughts; left out: none, or nobody counted them. */
  readonly reasoning?: number;
}

/** Milliseconds: waiting in the queue, computing the prompt up to the first token, and generating the others. */
export interface Timings {
  readonly queue: number;
  readonly prefill: number;
  readonly decode: number;
}

/** Of the processor: its time in seconds, and where the machine measures its own energy, that energy. */
export interface EnergyUse {
  readonly cpuSeconds: number;
  readonly joules?: number;
}

export type FinishReason =
  | 'stop' // the model ended its turn, or a stop string came
  | 'toolCalls'
  | 'length' // maxTokens or the end of the context
  | 'cancelled';

export interface TokenLogprob {
  readonly token: number;
  readonly text: string;
  readonly bytes: readonly number[];
  readonly logprob: number;
  readonly top: readonly {
    readonly token: number;
    readonly text: string;
    readonly bytes: readonly number[];
    readonly logprob: number;
  }[];
}

export interface GenerateResult {
  readonly message: AssistantMessage;
  /** Calls that could not be repaired, in order; they are not in `message.toolCalls`. */
  readonly brokenCalls: readonly BrokenToolCall[];
  readonly finish: FinishReason;
  /** The stop string that ended the reply; left out when none did. */
  readonly stopString?: string;
  /** Token ids that this turn added to the session: the generation prompt and the reply. */
  readonly ids: readonly number[];
  readonly usage: TokenUsage;
  readonly timings: Timings;
  /** Left out where the model runs on a GPU: the processor's share says nothing then. */
  readonly energy?: EnergyUse;
  readonly logprobs?: readonly TokenLogprob[];
  /** One sentence on why cached tokens had to be computed again; left out when none had to. */
  readonly recomputed?: string;
}

/** What happens while a turn is generated, in order. Text and a call's arguments come in pieces. */
export type GenerateEvent =
  | { readonly kind: 'queued'; readonly ahead: number }
  | { readonly kind: 'prefill'; readonly reused: number; readonly computed: number; readonly total: number }
  /** At most twice a second: tokens of the reply so far, and milliseconds since its first. */
  | { readonly kind: 'decode'; readonly generated: number; readonly ms: number }
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'reasoning'; readonly text: string }
  | {
      readonly kind: 'call';
      readonly index: number;
      readonly id: string;
      readonly name: string;
      readonly argumentsText: string;
    }
  | {
      readonly kind: 'callDone';
      readonly index: number;
      readonly id: string;
      readonly name: string;
      readonly arguments: string;
      readonly repaired: boolean;
    }
  | { readonly kind: 'callBroken'; readonly index: number; readonly broken: BrokenToolCall };
