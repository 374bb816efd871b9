/** One step of the plan that the model keeps. */
export interface PlanStep {
  readonly text: string;
  readonly status: 'pending' | 'active' | 'done';
}

/** What tools need of the chat they run in. */
export interface ConversationHooks {
  readonly plan: (steps: readonly PlanStep[]) => void;
  readonly question: (question: string, choices: readonly string[], signal: AbortSignal) => Promise<string>;
  /** Runs a task in a conversation of its own and returns its last words. */
  readonly delegate: (task: string, signal: AbortSignal) => Promise<string>;
}
