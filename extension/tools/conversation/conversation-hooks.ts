/** One step of the plan that the model keeps. */
export interface PlanStep {
  readonly text: string;
  readonly status: 'pending' | 'active' | 'done';
}

/** The chat's functions that tools call. */
export interface ConversationHooks {
  readonly plan: (steps: readonly PlanStep[]) => void;
  readonly question: (question: string, choices: readonly string[], signal: AbortSignal) => Promise<string>;
  /** Runs a task in a separate conversation and returns the last message. */
  readonly delegate: (task: string, signal: AbortSignal) => Promise<string>;
}
