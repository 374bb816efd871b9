import { toCodedError } from '../../protocol/coded-error.ts';
import type {
  EnergyUse,
  FinishReason,
  GenerateEvent,
  GenerateOptions,
  GenerateResult,
  TokenLogprob,
} from '../../protocol/generation.ts';
import { thinkingBudgets } from '../../protocol/thinking.ts';
import type { ThinkingChoice } from '../../protocol/thinking.ts';
import type { Conversation, TurnPrompt } from '../chat/conversation.ts';
import type { RunEvent, RunResult } from '../kv/run-request.ts';
import { decodeProgress } from './decode-progress.ts';
import type { Chat, ModelRuntime } from './model-runtime.ts';
import { ReplyReader } from './reply-reader.ts';
import { RepeatStop } from './repeat-stop.ts';
import { demandedBudget, turnReasoning } from './turn-reasoning.ts';
import { isWhole, toolChoice, turnRequest } from './turn-request.ts';

/** How the caller controls a turn: `signal` cancels it, and more tokens are generated only when `ready` resolves. */
export interface TurnContext {
  readonly signal: AbortSignal;
  readonly ready?: () => Promise<void>;
  /** Gets the logprobs of tokens just before the event with their text. */
  readonly onLogprobs?: (logprobs: readonly TokenLogprob[]) => void;
}

/** A loaded model, as a turn uses it. */
export type TurnModel = Chat & Pick<ModelRuntime, 'runner' | 'energy'>;

/**
 * Generates the model's next turn: renders the prompt, runs it, reads the reply, and commits it to the conversation.
 * A cancelled turn returns `finish: 'cancelled'`. When it is cancelled or throws, the conversation does not change.
 * Throws what `turnRequest`, `checkGrammar` and `PromptRunner.run` throw.
 */
export async function generateTurn(
  model: TurnModel,
  conversation: Conversation,
  options: GenerateOptions,
  onEvent: (event: GenerateEvent) => void,
  context: TurnContext,
): Promise<GenerateResult> {
  const tools = conversation.settings.tools ?? [];
  const choice = toolChoice(options, tools);
  const prompt = await promptUntil(context.signal, conversation, options.thinking);
  if (prompt === undefined) return cancelledResult();
  const request = turnRequest(model, prompt, tools, options);
  const chosen = options.thinkingBudget ?? thinkingBudgets[conversation.settings.thinking ?? 'default'];
  const left = model.runner.options.contextTokens - prompt.ids.length;
  const isDemanded =
    request.grammar !== undefined && isWhole(request.grammar) && options.responseFormat?.type !== 'grammar';
  const budget = isDemanded ? demandedBudget(chosen, Math.min(options.maxTokens ?? left, left)) : chosen;
  const reasoning = await turnReasoning(model.chatModel, prompt.text, budget);
  if (request.grammar !== undefined) await model.checkGrammar(request.grammar);
  const { format } = model.chatModel;
  const parser = format.parser({ prompt: prompt.text, tools, nextCallIndex: prompt.nextCallIndex, choice });
  const repeats = choice === 'required' && options.parallelToolCalls === true ? new RepeatStop(parser) : undefined;
  const over = new AbortController();
  const reader = new ReplyReader({
    vocabulary: model.vocabulary,
    parser: repeats ?? parser,
    isOver: repeats && (() => repeats.isOver),
    markers: new Set(format.markers.flatMap((text) => model.vocabulary.idOf(text) ?? [])),
    stops: request.stopStrings,
    onEvent,
    onLogprobs: options.logprobs === undefined ? undefined : context.onLogprobs,
  });
  const pace = decodeProgress(onEvent);
  let endUse: (() => EnergyUse) | undefined;
  const onRunEvent = (event: RunEvent): void => {
    // A request that waits takes nothing; one that runs tells first what it has to read.
    if (event.kind === 'prefill') endUse ??= model.energy?.begin();
    if (event.kind === 'tokens') {
      pace(event.tokens.length);
      reader.push(event.tokens, event.logprobs);
      if (repeats?.isOver === true) over.abort();
    } else onEvent(event);
  };
  const rewrittenFrom = prompt.logLength < conversation.length ? prompt.logLength : undefined;
  const signal = AbortSignal.any([context.signal, over.signal]);
  const done = await model.runner
    .run({ ...request, reasoning, ready: context.ready }, onRunEvent, signal)
    .finally(() => endUse?.());
  const run = over.signal.aborted && !context.signal.aborted ? { ...done, reason: 'end' as const } : done;
  const hasEnded = run.reason === 'end' || (run.reason === 'stop' && run.textBytes === undefined);
  const reply = reader.finish({ textBytes: run.textBytes, truncated: !hasEnded });
  const { message, brokenCalls, logprobs, stopString } = reply;
  const ids = run.reason === 'cancelled' ? [] : await conversation.commit(message, reply.ids);
  const rewritten = 'The chat template writes earlier messages differently now';
  const recomputed =
    rewrittenFrom === undefined ? run.recomputed : `${rewritten}: tokens from ${rewrittenFrom} on are computed again.`;
  return {
    message,
    brokenCalls,
    finish: finishReason(run, message.toolCalls?.length ?? 0),
    ...(stopString === undefined ? {} : { stopString }),
    ids,
    usage: run.usage,
    timings: run.timings,
    ...(endUse === undefined ? {} : { energy: endUse() }),
    ...(options.logprobs === undefined ? {} : { logprobs }),
    ...(recomputed === undefined ? {} : { recomputed }),
  };
}

/** The prompt; undefined when the turn was cancelled while it was rendered. */
async function promptUntil(
  signal: AbortSignal,
  conversation: Conversation,
  thinking: ThinkingChoice | undefined,
): Promise<TurnPrompt | undefined> {
  try {
    if (thinking !== undefined) await conversation.setThinking(thinking, signal);
    return await conversation.prompt(signal);
  } catch (error) {
    if (signal.aborted && toCodedError(error).code === 'request.cancelled') return undefined;
    throw error;
  }
}

/** Of a turn that was cancelled before it ran. */
function cancelledResult(): GenerateResult {
  return {
    message: { role: 'assistant', content: '' },
    brokenCalls: [],
    finish: 'cancelled',
    ids: [],
    usage: { reused: 0, computed: 0, generated: 0 },
    timings: { queue: 0, prefill: 0, decode: 0 },
  };
}

function finishReason({ reason }: RunResult, calls: number): FinishReason {
  if (reason === 'cancelled' || reason === 'length') return reason;
  return calls > 0 ? 'toolCalls' : 'stop';
}
