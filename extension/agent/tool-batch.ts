import type { BrokenToolCall, ToolCall, ToolMessage } from '../../native/protocol/chat.ts';
import type { AgentGate, AgentTools, AskedCall, ResolvedCall, ToolOutcome, UnseenCall } from './agent-tools.ts';
import type { TurnEvent } from './turn-events.ts';

interface CallOutcome {
  readonly callId: string;
  readonly name: string;
  readonly outcome: ToolOutcome;
}

export interface BatchResult {
  /** One message per call, in the order of the calls. */
  readonly messages: readonly ToolMessage[];
  /** Outcome of each call of `messages`, in the same order. */
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
    const asked = host.tools.resolve(call);
    const reading = asked.access.kind === 'read';
    if (!reading) await flush();
    if (signal.aborted) break;
    const settled = await settle(asked, host, signal);
    if (reading && 'run' in settled) {
      reads.push(settled);
      continue;
    }
    if (reading) await flush();
    else if (signal.aborted) break;
    await record(call, 'run' in settled ? await runCall(settled, host, signal) : settled);
  }
  if (!signal.aborted) await flush();
  for (const call of broken) {
    host.emit({ kind: 'toolDone', callId: call.id, state: 'failed', text: call.advice, changed: [] });
    await record({ id: call.id, name: call.name ?? 'tool' }, { text: call.advice, failed: true });
  }
  return { messages, outcomes, aborted: signal.aborted };
}

/**
 * Has the gate decide before anything is read. A call that needs a look at the disk gets it first where the gate says
 * so, for the preview; else only once it is allowed. Returns the call that may run, or the result that says why not.
 */
async function settle(
  asked: ResolvedCall | UnseenCall,
  host: BatchHost,
  signal: AbortSignal,
): Promise<ResolvedCall | ToolOutcome> {
  const first = 'look' in asked && (await host.gate.mayLook(asked.access)) ? await asked.look(signal) : asked;
  show(first, host);
  const refused = await refusalOf(first, host, signal);
  if (refused !== undefined) return refused;
  if ('run' in first) return first;
  const seen = await first.look(signal);
  // The look may have shown that the call touches more than its arguments say.
  if (JSON.stringify(seen.access) === JSON.stringify(first.access)) return seen;
  show(seen, host);
  return (await refusalOf(seen, host, signal)) ?? seen;
}

function show({ call, title, preview }: AskedCall, host: BatchHost): void {
  host.emit({ kind: 'toolResolved', callId: call.id, name: call.name, title, ...(preview && { preview }) });
}

/** Asks the gate. Returns undefined when the call may run, else the result that tells the model why not. */
async function refusalOf(asked: AskedCall, host: BatchHost, signal: AbortSignal): Promise<ToolOutcome | undefined> {
  const decision = await host.gate.decide(asked, signal);
  if (decision.allowed) return undefined;
  host.emit({
    kind: 'toolDone',
    callId: asked.call.id,
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
