import type { CompletionRequest } from './completion-request.ts';
import type { PlacedLogprob } from './completion-text.ts';
import type { RawEvent, RawResult, RunControl, EndpointModel } from '../endpoint-model.ts';
import { CompletionText } from './completion-text.ts';
import { assertComplete, runChoices } from '../wire/run-choices.ts';
import { seedOf } from '../wire/sampling-fields.ts';

/** One completion: its text without the prompt. */
export interface Completed {
  readonly text: string;
  readonly finish: 'stop' | 'length';
  readonly logprobs: readonly PlacedLogprob[] | undefined;
  readonly result: RawResult;
}

/** What happens to a choice: waiting, then pieces of text, then its end. */
export interface CompletionSink {
  started(): void;
  ended(choice: number, finish: Completed['finish']): void;
  /** `logprobs`: of the tokens whose text this is, where they were asked for. */
  text(choice: number, text: string, logprobs: readonly PlacedLogprob[] | undefined): void;
}

/** Runs all choices of all prompts at once; those of prompt p have the indices p * n to p * n + n - 1. */
export async function runCompletions(
  model: EndpointModel,
  wanted: CompletionRequest,
  prompts: readonly Int32Array[],
  sink: CompletionSink,
  control: RunControl,
): Promise<Completed[]> {
  const run = (choice: number, signal: AbortSignal): Promise<Completed> => {
    const prompt = prompts[Math.floor(choice / wanted.choices)] ?? new Int32Array();
    return runOne(model, wanted, prompt, choice, sink, { ...control, signal });
  };
  return runChoices(prompts.length * wanted.choices, control.signal, run);
}

async function runOne(
  model: EndpointModel,
  wanted: CompletionRequest,
  prompt: Int32Array,
  choice: number,
  sink: CompletionSink,
  control: RunControl,
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
  const onEvent = (event: RawEvent): void => {
    if (event.kind !== 'tokens') {
      sink.started();
      return;
    }
    if (logprobs === undefined) {
      send(text.push(event.tokens));
      return;
    }
    // One by one, so that each piece of text is that of its tokens.
    event.tokens.forEach((token, at) => send(text.push([token], event.logprobs?.slice(at, at + 1))));
  };
  const result = await model.run(
    {
      prompt,
      maxTokens: wanted.maxTokens,
      sampling,
      stop: wanted.stop,
      logprobs: wanted.logprobs,
      priority: wanted.priority,
      ignoreEnd: wanted.ignoreEnd,
    },
    onEvent,
    control,
  );
  assertComplete(result.reason);
  send(text.end());
  const finish = result.reason === 'length' ? 'length' : 'stop';
  sink.ended(choice, finish);
  return { text: text.text, finish, logprobs, result };
}
