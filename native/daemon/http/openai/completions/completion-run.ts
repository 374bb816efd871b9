import type { NativeGrammar } from '../../../../addon/contract.ts';
import type { CompletionRequest } from './completion-request.ts';
import type { PlacedLogprob } from './completion-text.ts';
import type { RunEvent, RunResult } from '../../../kv/run-request.ts';
import type { TurnContext } from '../../../session/generate-turn.ts';
import type { EndpointModel } from '../../endpoint-model.ts';
import { responseGrammar } from '../../../chat/schema/response-grammar.ts';
import { priorities } from '../../../../protocol/generation.ts';
import { CompletionText } from './completion-text.ts';
import { assertComplete, runChoices } from '../../wire/run-choices.ts';
import { seedOf } from '../../wire/sampling-fields.ts';

/** One completion: its text without the prompt. */
export interface Completed {
  readonly text: string;
  readonly finish: 'stop' | 'length';
  readonly logprobs: readonly PlacedLogprob[] | undefined;
  readonly result: RunResult;
}

type CompletionContext = Pick<TurnContext, 'signal' | 'ready'>;

/** Receives the events of the choices: waiting, running, pieces of text, the end. */
export interface CompletionSink {
  started(): void;
  ended(choice: number, finish: Completed['finish']): void;
  /** `logprobs`: those of the tokens that make up `text`; undefined if not requested. */
  text(choice: number, text: string, logprobs: readonly PlacedLogprob[] | undefined): void;
}

/** Runs all choices of all prompts at once. The choices of prompt p have the indices p * n to p * n + n - 1. */
export async function runCompletions(
  model: EndpointModel,
  wanted: CompletionRequest,
  prompts: readonly Int32Array[],
  sink: CompletionSink,
  context: CompletionContext,
): Promise<Completed[]> {
  const grammar = await grammarOf(model, wanted);
  const run = (choice: number, signal: AbortSignal): Promise<Completed> => {
    const prompt = prompts[Math.floor(choice / wanted.choices)] ?? new Int32Array();
    return runOne(model, { ...wanted, grammar }, prompt, choice, sink, { ...context, signal });
  };
  return runChoices(prompts.length * wanted.choices, context.signal, run);
}

/** The grammar of all choices; undefined where the text is free. Throws grammar.invalid. */
async function grammarOf(model: EndpointModel, { format }: CompletionRequest): Promise<NativeGrammar | undefined> {
  const grammar = format === undefined ? undefined : responseGrammar(format);
  if (grammar === undefined) return undefined;
  const whole = { ...grammar, triggerTokens: new Int32Array(0), triggerPatterns: [] };
  await model.checkGrammar(whole);
  return whole;
}

async function runOne(
  model: EndpointModel,
  wanted: CompletionRequest & { readonly grammar: NativeGrammar | undefined },
  prompt: Int32Array,
  choice: number,
  sink: CompletionSink,
  context: CompletionContext,
): Promise<Completed> {
  const text = new CompletionText(model.vocabulary, wanted.stop);
  const logprobs: PlacedLogprob[] | undefined = wanted.logprobs < 0 ? undefined : [];
  const seed = wanted.sampling.seed;
  const sampling = model.sampling(
    seed === undefined ? wanted.sampling : { ...wanted.sampling, seed: seedOf(seed, choice % wanted.choices) },
  );
  const send = (piece: string): void => {
    const placed = text.takeLogprobs();
    logprobs?.push(...placed);
    if (piece !== '') sink.text(choice, piece, logprobs === undefined ? undefined : placed);
  };
  const onEvent = (event: RunEvent): void => {
    if (event.kind !== 'tokens') {
      sink.started();
      return;
    }
    if (logprobs === undefined) {
      send(text.push(event.tokens));
      return;
    }
    // Token by token, so that each piece of text comes with the logprobs of its own tokens.
    event.tokens.forEach((token, at) => send(text.push([token], event.logprobs?.slice(at, at + 1))));
  };
  const result = await model.run(
    {
      prompt,
      maxTokens: wanted.maxTokens,
      grammar: wanted.grammar,
      sampling,
      stopStrings: wanted.stop,
      stopTokens: new Int32Array(),
      ignoreEndOfGeneration: wanted.ignoreEnd,
      logprobs: wanted.logprobs,
      priority: priorities[wanted.priority],
      ready: context.ready,
    },
    onEvent,
    context.signal,
  );
  assertComplete(result.reason);
  send(text.end(result.textBytes));
  const finish = result.reason === 'length' || result.reason === 'prefilled' ? 'length' : 'stop';
  sink.ended(choice, finish);
  return { text: text.text, finish, logprobs, result };
}
