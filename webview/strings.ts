/** Every text of the panel, in English; the extension translates them. `{0}`, `{1}` stand for values. */
export const panelStrings = {
  // Header and conversations
  panelLabel: 'Moonwright',
  newConversation: 'New conversation',
  history: 'Conversations',
  closeHistory: 'Back to the conversation',
  searchConversations: 'Search conversations',
  noConversations: 'No conversations yet',
  noMatches: 'No conversation matches',
  untitled: 'Untitled conversation',
  deleteConversation: 'Delete',
  deleteConfirm: 'Delete this conversation?',
  cancel: 'Cancel',
  turnsOne: '1 turn',
  turnsMany: '{0} turns',
  currentConversation: 'open now',
  justNow: 'just now',
  minutesAgo: '{0} min ago',
  hoursAgo: '{0} h ago',
  daysAgo: '{0} d ago',

  // Model
  modelChip: 'Model: {0}, {1}. Opens the model menu.',
  modelNone: 'Choose a model',
  modelStarting: 'starting',
  modelLoading: 'loading, {0} %',
  modelReady: 'ready',
  modelStopped: 'not loaded',
  modelFailed: 'failed',
  statusStarting: 'Starting the engine…',
  statusLoading: 'Loading {0}…',
  statusStopped: '{0} is not loaded. It starts with your next message.',
  statusFailed: 'The model could not be started.',
  modelMenu: 'Model menu',

  // Modes
  mode: 'What the assistant may do without asking',
  modePlan: 'Plan',
  modeAsk: 'Ask first',
  modeEdit: 'Edit automatically',
  modeAutonomous: 'Autonomous',
  modePlanHint: 'Plan: reads and thinks, changes nothing',
  modeAskHint: 'Ask first: asks before every change and command',
  modeEditHint: 'Edit automatically: changes files by itself, asks before commands',
  modeAutonomousHint: 'Autonomous: also runs commands by itself, still asks before it touches secrets',

  // Transcript
  transcript: 'Conversation',
  you: 'You',
  assistant: 'Assistant',
  jumpToLatest: 'Latest',
  jumpToLatestHint: 'Scroll to the latest message',
  waitingTurn: 'Sent after this turn',
  takeBack: 'Take back',
  waitingStep: 'Sent before the next step',
  editResend: 'Edit and resend',
  restoreHere: 'Restore to here',
  restoreConfirm: 'Restore files and conversation to before this message?',
  restore: 'Restore',
  resendHint: 'Restores files and conversation to before this message, then sends the new text.',
  resend: 'Resend',
  editMessage: 'Edit your message',
  showAll: 'Show all',
  showLess: 'Show less',
  thinking: 'Thinking…',
  thought: 'Thoughts',
  dropped: 'Dropped',
  droppedHint: 'Interrupted: the model no longer sees this',
  copyAnswer: 'Copy answer',
  image: 'image: {0}',

  // Code
  copy: 'Copy',
  copied: 'Copied',
  insertAtCursor: 'Insert at cursor',
  applyToFile: 'Apply',
  applyToNamed: 'Apply to {0}',
  applyToOpen: 'Apply to the open file',
  code: 'Code',
  codeOf: 'Code, {0}',

  // Tool calls
  callWriting: 'Preparing',
  callWaiting: 'Waiting for approval',
  callRunning: 'Running',
  callDone: 'Done',
  callFailed: 'Failed',
  callDeclined: 'Declined',
  callCancelled: 'Cancelled',
  result: 'Result',
  liveOutput: 'Output so far',
  openFile: 'Open {0}',
  commandIn: 'in {0}',
  workspaceFolder: 'the workspace folder',
  command: 'Command',
  lineOne: '1 line',
  lineMany: '{0} lines',
  diffLabel: 'Changes to {0}: {1} added, {2} removed',
  diffNew: 'new file',
  diffDeleted: 'deleted',
  diffSame: '{0} unchanged lines',
  diffSameOne: '1 unchanged line',
  diffNone: 'No line changes',
  diffMore: '{0} more changed lines are not shown here',
  lineAdded: 'added',
  lineRemoved: 'removed',

  // Plan and question
  plan: 'Plan',
  planProgress: '{0} of {1} done',
  stepPending: 'to do',
  stepActive: 'in progress',
  stepDone: 'done',
  question: 'Question',
  questionAnswered: 'Your answer: {0}',
  questionSkipped: 'Not answered',
  ownAnswer: 'Your own answer',
  sendAnswer: 'Answer',

  // End of a turn
  turnStats: 'reused {0}, computed {1} tokens',
  turnGenerated: '{0} generated',
  seconds: '{0} s',
  minutes: '{0} min {1} s',
  turnStopped: 'Stopped',
  turnLimit: 'Paused at a limit',
  turnFailed: 'The turn failed',
  filesOne: '1 file changed',
  filesMany: '{0} files changed',
  fileEdited: 'edited',
  fileCreated: 'created',
  fileDeleted: 'deleted',
  reviewChanges: 'Review changes',
  undoTurn: 'Undo turn',
  undoConfirm: 'Later turns are undone too. Undo?',
  keep: 'Keep',
  kept: 'Kept',
  undone: 'Undone',
  statsHint: 'Reused: prompt tokens found in the cache. Computed: prompt tokens the model had to read.',

  // Pending changes
  pendingOne: '1 file to review',
  pendingMany: '{0} files to review',
  keepAll: 'Keep all',
  undoAll: 'Undo all',
  reviewAll: 'Review all changes',
  keepFile: 'Keep the changes in {0}',
  undoFile: 'Undo the changes in {0}',

  // Approval
  approvalNeeded: 'Approval needed',
  approvalOf: '{0} of {1}',
  approvalAnnounce: 'Approval needed: {0}. Press Shift+Tab in the message box to reach the buttons.',
  allowOnce: 'Allow once',
  allowSession: 'Allow for this session',
  allowAlways: 'Always allow {0}',
  decline: 'Decline',

  // Running
  working: 'Working…',
  readingPrompt: 'Reading the prompt: {0} of {1} tokens',
  waitingForYou: 'Waiting for your answer',
  runningCall: '{0}…',
  writingAnswer: 'Writing…',
  speed: '{0} tokens/s',
  stop: 'Stop',
  stopping: 'Stopping…',
  continueTurn: 'Continue',
  continueText: 'The last turn did not finish.',
  continueHint: 'Continues where it stopped, without a new message.',
  started: 'Working on it',
  finished: 'Finished',
  stoppedAnnounce: 'Stopped',

  // Composer
  composer: 'Message',
  composerPlaceholder: 'Ask for a change, a fix or an explanation. @ adds files and more',
  composerContinue: 'Ask something else, or press Continue',
  composerRunning: 'Add a message for later',
  send: 'Send',
  queue: 'Send after this turn',
  hintSend: 'Enter sends, Shift+Enter adds a line',
  hintRunning: 'Enter queues, Ctrl+Enter steers, Esc stops',
  hintRunningMore:
    'Enter sends the message after this turn. Ctrl+Enter (Cmd+Enter on a Mac) sends it before the next step.',
  hintRunningMac: 'Enter queues, Cmd+Enter steers, Esc stops',
  suggestions: 'Mentions',
  suggestionAt: '{0}, {1}, {2} of {3}',
  noSuggestions: 'No matches',
  kindFile: 'file',
  kindFolder: 'folder',
  kindSymbol: 'symbol',
  kindProblems: 'problems in the editor',
  kindSelection: 'selected text',
  kindTerminal: 'recent commands and their output',
  kindGit: 'changes that are not committed',
  mentionsAdded: 'Added to this message',
  mentionTokens: '{0}, {1}: {2} tokens',
  mentionPath: '{0}, {1}: only the name is sent; the model reads it when needed',
  mentionAsks: '{0}, {1}: may contain secrets; you are asked before it is sent',
  meter: 'Context used',
  meterText: '{0} of {1} tokens used',
  meterNext: 'this message adds {0}',
  meterFull: 'The context is nearly full: the next turn shortens the conversation.',

  // Trust
  untrusted: 'This workspace is not trusted: the assistant can read, but not change files or run anything.',

  // First run
  welcomeTitle: 'What shall we build?',
  welcomeCompact: 'The built-in model {0} is small and needs no download. It works on small JavaScript projects. Try:',
  welcomeFull: '{0} reads your code, changes files and runs tests, and asks before it acts. Try:',
  welcomeUnknown: 'The assistant reads your code, changes files and runs tests, and asks before it acts. Try:',
  exampleFix: 'Fix the failing test.',
  exampleFixDetail: 'runs the tests, reads, edits, runs them again',
  exampleRename: 'Rename the function add to sum everywhere.',
  exampleRenameDetail: 'in every file that uses it',
  exampleImplement: 'Implement the missing function.',
  exampleImplementDetail: 'until its test passes',
  exampleExplain: 'What does clamp do?',
  exampleExplainDetail: 'a short explanation of a function',
  biggerModel: 'For larger projects and other languages, choose a bigger model. It runs on this machine too.',
  chooseModel: 'Choose a model',
  privacy: 'Nothing leaves your machine: no account, no telemetry, no network.',
  fillsComposer: 'Puts this into the message box: {0}',
} as const;

export type PanelString = keyof typeof panelStrings;

let translated: Readonly<Partial<Record<string, string>>> = {};

/** Sets the translations. Missing keys stay English. */
export function useStrings(strings: Readonly<Record<string, string>>): void {
  translated = strings;
}

/** The text of a key in the user's language, with its values filled in. */
export function say(key: PanelString, ...values: readonly (string | number)[]): string {
  const text = translated[key] ?? panelStrings[key];
  return values.length === 0
    ? text
    : text.replace(/\{(\d)\}/g, (whole, at: string) => String(values[Number(at)] ?? whole));
}
