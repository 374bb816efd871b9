import type { NativeRequest, NativeSampling } from '../../addon/contract.ts';
import type { PromptRun } from './prompt-run.ts';

/** What the engine is asked for: the part of the prompt that its sequence lacks, and what comes after. */
export function nativeRequest(run: PromptRun): NativeRequest {
  const { request, reused } = run;
  return {
    sequence: run.resident?.sequence ?? -1,
    position: reused,
    tokens: request.prompt.slice(reused),
    history: looksBack(request.sampling) ? request.prompt.slice(0, reused) : undefined,
    priority: request.priority,
    generateMax: run.generateMax,
    granted: run.granted,
    sampling: request.sampling,
    grammar: request.grammar,
    stopStrings: request.stopStrings,
    stopTokens: request.stopTokens,
    ignoreEndOfGeneration: request.ignoreEndOfGeneration,
    eager: request.eager,
    logprobs: request.logprobs,
  };
}

/** Whether a sampler looks at the tokens of the prompt. */
function looksBack(sampling: NativeSampling): boolean {
  return (
    sampling.repeatPenalty !== 1 ||
    sampling.frequencyPenalty !== 0 ||
    sampling.presencePenalty !== 0 ||
    sampling.dryMultiplier !== 0
  );
}
