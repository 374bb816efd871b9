import type { BrokenToolCall, ToolCall, ToolMessage } from '../../native/protocol/chat.ts';
import type { AgentGate, AgentTools, ResolvedCall, ToolOutcome } from './agent-tools.ts';
import type { TurnEvent } from './turn-events.ts';

interface CallOutcome {
  readonly callId: string;
  readonly name: string;
  readonly outcome: ToolOutcome;
}

export interface BatchResult {
  /** One message per call, in the order of the calls. */
  readonly messages: readonly ToolMessage[];
  /** What each call of `messages` came to, in the same order. */
  readonly outcomes: readonly CallOutcome[];
  readonly aborted: boolean;
}

export interface BatchHost {
  readonly tools: AgentTools;
  readonly gate: AgentGate;
  readonly emit: (event: TurnEvent) => void;
  /** Shortens a result to the part the model may see. */
  readonly cut: (text: string) => Promise<string>;
}

/**
 * Runs the calls of one model step. Owns: their order (reads in parallel, everything else one at a time), asking the
 * gate before each, one result per call. Does not own: what a tool does, what is allowed, the conversation.
 */
export async function runToolBatch(
  calls: readonly ToolCall[],
  broken: readonly BrokenToolCall[],
  host: BatchHost,
  signal: AbortSignal,
): Promise<BatchResult> {
  const outcomes: CallOutcome[] = [];
  const messages: ToolMessage[] = [];
  let reads: ResolvedCall[] = [];

  const record = async (call: { id: string; name: string }, outcome: ToolOutcome) => {
    outcomes.push({ callId: call.id, name: call.name, outcome });
    messages.push({ role: 'tool', toolCallId: call.id, name: call.name, content: await host.cut(outcome.text) });
  };
  const flush = async () => {
    const together = reads;
    reads = [];
    const results = await Promise.all(together.map((resolved) => runCall(resolved, host, signal)));
    for (const [at, outcome] of results.entries()) {
      const resolved = together[at];
      if (resolved !== undefined) await record(resolved.call, outcome);
    }
  };

  for (const call of calls) {
    if (signal.aborted) break;
    const resolved = await host.tools.resolve(call, signal);
    host.emit({
      kind: 'toolResolved',
      callId: call.id,
      name: call.name,
      title: resolved.title,
      ...(resolved.preview && { preview: resolved.preview }),
    });
    if (resolved.access.kind === 'read') {
      const refused = await ask(resolved, host, signal);
      if (refused === undefined) {
        reads.push(resolved);
        continue;
      }
      await flush();
      await record(call, refused);
      continue;
    }
    await flush();
    if (signal.aborted) break;
    const refused = await ask(resolved, host, signal);
    if (signal.aborted) break;
    await record(call, refused ?? (await runCall(resolved, host, signal)));
  }
  if (!signal.aborted) await flush();
  for (const call of broken) {
    host.emit({ kind: 'toolDone', callId: call.id, state: 'failed', text: call.advice, changed: [] });
    await record({ id: call.id, name: call.name ?? 'tool' }, { text: call.advice, failed: true });
  }
  return { messages, outcomes, aborted: signal.aborted };
}

/** Asks the gate. Returns undefined when the call may run, else the result that tells the model why not. */
async function ask(resolved: ResolvedCall, host: BatchHost, signal: AbortSignal): Promise<ToolOutcome | undefined> {
  const decision = await host.gate.decide(resolved, signal);
  if (decision.allowed) return undefined;
  host.emit({
    kind: 'toolDone',
    callId: resolved.call.id,
    state: signal.aborted ? 'cancelled' : 'declined',
    text: decision.text,
    changed: [],
  });
  return { text: decision.text, failed: true };
}

async function runCall(resolved: ResolvedCall, host: BatchHost, signal: AbortSignal): Promise<ToolOutcome> {
  const callId = resolved.call.id;
  host.emit({ kind: 'toolRunning', callId });
  let outcome: ToolOutcome;
  try {
    outcome = await resolved.run({ signal, onOutput: (text) => host.emit({ kind: 'toolOutput', callId, text }) });
  } catch (thrown) {
    // A tool that throws has a bug. The model is told, and the turn continues.
    outcome = {
      text: `Error: ${resolved.call.name} failed: ${thrown instanceof Error ? thrown.message : String(thrown)}`,
      failed: true,
    };
  }
  const ended = outcome.failed ? 'failed' : 'done';
  host.emit({
    kind: 'toolDone',
    callId,
    state: signal.aborted ? 'cancelled' : ended,
    text: outcome.text,
    ...(outcome.display && { display: outcome.display }),
    changed: outcome.changed ?? [],
  });
  return outcome;
}
