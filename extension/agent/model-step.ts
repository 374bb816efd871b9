import type { GenerateOptions, GenerateResult } from '../../native/protocol/generation.ts';
import type { ModelSession } from './agent-model.ts';
import type { TurnEvent } from './turn-events.ts';

/**
 * One call of the model: passes on what it says as it says it. Owns: turning generation events into turn events.
 * Does not own: the conversation before and after, tools, limits. Rejects as ModelSession.generate does.
 */
export async function runModelStep(
  session: ModelSession,
  options: GenerateOptions,
  emit: (event: TurnEvent) => void,
  signal: AbortSignal,
): Promise<GenerateResult> {
  return session.generate(
    options,
    (event) => {
      switch (event.kind) {
        case 'queued':
          break;
        case 'prefill':
          emit({ kind: 'prefill', reused: event.reused, computed: event.computed, total: event.total });
          break;
        case 'decode':
          emit({ kind: 'decode', generated: event.generated, ms: event.ms });
          break;
        case 'text':
          emit({ kind: 'text', text: event.text });
          break;
        case 'reasoning':
          emit({ kind: 'reasoning', text: event.text });
          break;
        case 'call':
          emit({ kind: 'callWriting', callId: event.id, name: event.name, argumentsText: event.argumentsText });
          break;
        case 'callDone':
          break; // the batch resolves it
        case 'callBroken':
          emit({
            kind: 'callWriting',
            callId: event.broken.id,
            name: event.broken.name ?? 'tool',
            argumentsText: event.broken.text,
          });
          break;
      }
    },
    signal,
  );
}
