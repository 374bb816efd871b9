import type { z } from 'zod';
import type { CallContext, CallIntent, ToolOutcome } from '../agent/agent-tools.ts';

/**
 * One tool: X.ts holds the object, X.md its description for the model. Adding a tool is these two files, its name
 * in tool-list.ts and its call in editor/workspace-tools.ts. `S` is the zod schema of the arguments; the model's JSON
 * schema is derived from it.
 */
export interface Tool<S extends z.ZodType = z.ZodType> {
  readonly name: string;
  readonly description: string;
  readonly schema: S;
  /** Arguments offered in the compact profile; undefined if the tool is not offered there. */
  readonly compactArguments?: readonly string[];
  /**
   * Says what the call would touch, from the arguments alone: it must not read the disk, since nobody has allowed that
   * yet. Throws a ToolError for mistakes that the arguments show.
   */
  intent(args: z.infer<S>): ToolPlan | UnseenPlan;
}

/** A call that can run as it is. */
export interface ToolPlan extends CallIntent {
  run(context: CallContext): Promise<ToolOutcome>;
}

/** A call that reads the disk to plan. */
interface UnseenPlan extends CallIntent {
  /** Reads what `access` names, without side effects. Throws a ToolError for mistakes of the model. */
  look(signal: AbortSignal): Promise<ToolPlan>;
}

/** A mistake of the model, as the sentence it will read, without the leading `Error: `. */
export class ToolError extends Error {
  constructor(sentence: string) {
    super(sentence);
    this.name = 'ToolError';
  }
}
