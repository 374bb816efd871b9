import type { ToolMessage } from '../../native/protocol/chat.ts';
import { CodedError, toCodedError } from '../../native/protocol/coded-error.ts';
import type { GenerateOptions, GenerateResult, TokenUsage } from '../../native/protocol/generation.ts';
import { translate } from '../translation.ts';
import type { AgentConversation } from './agent-conversation.ts';
import type { AgentGate, AgentTools } from './agent-tools.ts';
import { LoopBreaker } from './loop-breaker.ts';
import { cutToBudget } from './result-budget.ts';
import { runToolBatch } from './tool-batch.ts';
import type { TurnEnd, TurnEvent, TurnOutcome } from './turn-events.ts';

export interface TurnLimits {
  readonly steps: number;
  /** Tokens computed and generated in one turn. */
  readonly tokens: number;
  /** Tokens of one tool result. */
  readonly resultTokens: number;
  /** Tokens of the conversation above which it is compacted before the next step. */
  readonly compactAt: number;
  /** Steps without progress after which the model is told, and after which the turn stops. */
  readonly warnAfter: number;
  readonly stopAfter: number;
}

export interface TurnHost {
  readonly tools: AgentTools;
  readonly gate: AgentGate;
  readonly limits: TurnLimits;
  readonly generate: GenerateOptions;
  readonly emit: (event: TurnEvent) => void;
  readonly countTokens: (texts: readonly string[]) => Promise<readonly number[]>;
  /** Text the user wants the model to see before its next step; undefined when there is none. */
  readonly steering: () => Promise<string | undefined> | string | undefined;
  /** Replaces the conversation's session with a shorter one. */
  readonly compact: (conversation: AgentConversation, signal: AbortSignal) => Promise<void>;
}

const noProgressNote = 'Note: the last steps brought nothing new. Try something else, or say what is in the way.';
const retriesMax = 3;

/**
 * Runs one turn: steps until the model answers without a call, the user stops it, or a limit is reached.
 * Owns: the loop, its limits, and what an abort leaves (an interrupted step is dropped, so that the conversation ends
 * with its last complete message). Does not own: the first message (the caller appends it), tools, permissions,
 * storage. Never rejects: errors are in the outcome.
 */
export async function runTurn(
  conversation: AgentConversation,
  host: TurnHost,
  signal: AbortSignal,
): Promise<TurnOutcome> {
  const started = performance.now();
  const total = { reused: 0, computed: 0, generated: 0 };
  let steps = 0;
  const outcome = (end: TurnEnd): TurnOutcome => ({
    end,
    usage: { ...total },
    steps,
    seconds: (performance.now() - started) / 1000,
  });
  try {
    const breaker = new LoopBreaker(host.limits.warnAfter, host.limits.stopAfter);
    for (;;) {
      if (signal.aborted) return outcome({ kind: 'stopped' });
      const limit = await prepareStep(conversation, host, steps, total, signal);
      if (limit !== undefined) return outcome(limit);
      const end = await runStep(conversation, host, steps, breaker, (usage) => add(total, usage), signal);
      steps++;
      if (end !== undefined) return outcome(end);
    }
  } catch (thrown) {
    if (signal.aborted) return outcome({ kind: 'stopped' });
    const error = toCodedError(thrown);
    return outcome({ kind: 'failed', code: error.code, text: error.message });
  }
}

function add(total: { reused: number; computed: number; generated: number }, usage: TokenUsage): void {
  total.reused += usage.reused;
  total.computed += usage.computed;
  total.generated += usage.generated;
}

/** Checks the limits, compacts if needed and adds steering messages. Returns an end when the turn must stop. */
async function prepareStep(
  conversation: AgentConversation,
  host: TurnHost,
  step: number,
  total: TokenUsage,
  signal: AbortSignal,
): Promise<TurnEnd | undefined> {
  const { limits } = host;
  if (step >= limits.steps) return { kind: 'limit', limit: 'steps', text: translate('It took {0} steps.', step) };
  if (total.computed + total.generated >= limits.tokens)
    return {
      kind: 'limit',
      limit: 'tokens',
      text: translate('It took {0} tokens.', total.computed + total.generated),
    };
  if (conversation.session.tokens > limits.compactAt) {
    const before = conversation.session.tokens;
    await host.compact(conversation, signal);
    const after = conversation.session.tokens;
    if (after >= before)
      return {
        kind: 'limit',
        limit: 'context',
        text: translate('The conversation fills the context and cannot be shortened. Start a new one.'),
      };
    host.emit({ kind: 'compacted', before, after });
  }
  const steering = await host.steering();
  if (steering !== undefined) {
    await conversation.session.append([{ role: 'user', content: steering }]);
    host.emit({ kind: 'steered', text: steering });
  }
  return undefined;
}

/** One model call and its tool calls. Returns undefined when the turn continues. */
async function runStep(
  conversation: AgentConversation,
  host: TurnHost,
  step: number,
  breaker: LoopBreaker,
  spend: (usage: TokenUsage) => void,
  signal: AbortSignal,
): Promise<TurnEnd | undefined> {
  const before = conversation.session.entries.length;
  const result = await generateStep(conversation, host, step, signal);
  if (result === undefined) return { kind: 'stopped' };
  spend(result.usage);
  const calls = result.message.toolCalls ?? [];
  if (calls.length === 0 && result.brokenCalls.length === 0) {
    host.emit({
      kind: 'stepDone',
      step,
      usage: result.usage,
      timings: result.timings,
      tokens: conversation.session.tokens,
    });
    if (result.finish === 'length')
      return { kind: 'limit', limit: 'tokens', text: translate('The answer was cut off because it was too long.') };
    return { kind: 'answered' };
  }
  const { limits } = host;
  const batch = await runToolBatch(
    calls,
    result.brokenCalls,
    { ...host, cut: (text) => cutToBudget(text, limits.resultTokens, host.countTokens) },
    signal,
  );
  if (batch.aborted) {
    await conversation.session.rewind(before);
    host.emit({ kind: 'stepDropped', step });
    return { kind: 'stopped' };
  }
  for (const { callId, outcome } of batch.outcomes) conversation.noteChanged(callId, outcome.changed ?? []);
  const progress = breaker.observe(batch.outcomes);
  await conversation.session.append(progress === 'warn' ? withNote(batch.messages) : batch.messages);
  host.emit({
    kind: 'stepDone',
    step,
    usage: result.usage,
    timings: result.timings,
    tokens: conversation.session.tokens,
  });
  return progress === 'stop'
    ? {
        kind: 'limit',
        limit: 'progress',
        text: translate('The last {0} steps changed and found nothing new.', limits.stopAfter),
      }
    : undefined;
}

/** The results; the last one gets a note that none of them is new. */
function withNote(messages: readonly ToolMessage[]): ToolMessage[] {
  const last = messages.length - 1;
  return messages.map((message, at) =>
    at === last ? { ...message, content: `${message.content}\n\n${noProgressNote}` } : message,
  );
}

/** Calls the model, again after errors that may pass. Returns undefined when the user stopped it. */
async function generateStep(
  conversation: AgentConversation,
  host: TurnHost,
  step: number,
  signal: AbortSignal,
): Promise<GenerateResult | undefined> {
  for (let attempt = 1; ; attempt++) {
    host.emit({ kind: 'stepStarted', step });
    try {
      return await conversation.session.generate(host.generate, host.emit, signal);
    } catch (thrown) {
      const error = toCodedError(thrown);
      host.emit({ kind: 'stepDropped', step });
      if (signal.aborted) return undefined;
      if (error.code === 'context.overflow' && attempt === 1) await host.compact(conversation, signal);
      else if (!isPassing(error) || attempt >= retriesMax) throw error;
      else host.emit({ kind: 'notice', level: 'warning', text: error.message });
    }
  }
}

/** True if trying again may help: the daemon died (its session is opened again), or it is busy. */
function isPassing(error: CodedError): boolean {
  return (
    error.code === 'daemon.unreachable' ||
    error.code === 'daemon.stopping' ||
    error.code === 'engine.closed' ||
    error.code === 'queue.full' ||
    error.code === 'session.unknown'
  );
}
