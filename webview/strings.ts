/** Every text the panel shows, in English. `{0}`, `{1}` stand for values. The extension translates the English texts. */
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
  mode: 'What the assistant may do by itself',
  modePlan: 'Plan',
  modeAsk: 'Ask first',
  modeEdit: 'Edit automatically',
  modeAutonomous: 'Autonomous',
  modePlanHint: 'Plan: reads and thinks, changes nothing',
  modeAskHint: 'Ask first: asks before every change and command',
  modeEditHint: 'Edit automatically: changes files by itself, asks before commands',
  modeAutonomousHint: 'Autonomous: also runs commands by itself; secrets are still asked',

  // Transcript
  transcript: 'Conversation',
  you: 'You',
  assistant: 'Assistant',
  jumpToLatest: 'Latest',
  jumpToLatestHint: 'Scroll to the latest message',
  waitingTurn: 'Waits until this turn ends',
  takeBack: 'Take back',
  waitingStep: 'Goes in before the next step',
  editResend: 'Edit and resend',
  restoreHere: 'Restore to here',
  restoreConfirm: 'Put files and conversation back to before this message?',
  restore: 'Restore',
  resendHint: 'Files and conversation go back to before this message, then the new text is sent.',
  resend: 'Resend',
  editMessage: 'Edit your message',
  showAll: 'Show all',
  showLess: 'Show less',
  thinking: 'Thinking…',
  thought: 'Thoughts',
  dropped: 'Dropped',
  droppedHint: 'Interrupted: the model does not see this any more',
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
  callWriting: 'Writing the call',
  callWaiting: 'Needs your answer',
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
  statsHint: 'Reused: tokens the engine still had in its cache. Computed: tokens of the prompt it had to read anew.',

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
  continueHint: 'Continue goes on from where it stopped, without a new message.',
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
  hintSend: 'Enter sends, Shift+Enter: new line',
  hintRunning: 'Enter queues, Ctrl+Enter steers, Esc stops',
  hintRunningMore: 'Enter: the message is sent after this turn. Ctrl or Cmd+Enter: it goes in before the next step.',
  hintRunningMac: 'Enter queues, Cmd+Enter steers, Esc stops',
  suggestions: 'Mentions',
  suggestionAt: '{0}, {1}, {2} of {3}',
  noSuggestions: 'Nothing matches',
  kindFile: 'file',
  kindFolder: 'folder',
  kindSymbol: 'symbol',
  kindProblems: 'problems of the editor',
  kindSelection: 'selected text',
  kindTerminal: 'last commands and their output',
  kindGit: 'changes that are not committed',
  mentionsAdded: 'What this message takes along',
  mentionTokens: '{0}, {1}: {2} tokens',
  mentionPath: '{0}, {1}: only its name goes along, the model reads it when it needs it',
  mentionAsks: '{0}, {1}: it may hold secrets; you are asked before it goes along',
  meter: 'Context used',
  meterText: '{0} of {1} tokens used',
  meterNext: 'this message adds {0}',
  meterFull: 'The context is nearly full: the next turn shortens the conversation.',

  // Trust
  untrusted: 'This workspace is not trusted: the assistant can read, but not change files or run anything.',

  // First run
  welcomeTitle: 'What shall we build?',
  welcomeCompact: 'The built-in model {0} is small and ready at once. It is at home in small JavaScript projects. Try:',
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

/** The keys in order, for whoever builds translations. */
export const panelStringKeys = Object.keys(panelStrings) as readonly PanelString[];

let translated: Readonly<Partial<Record<string, string>>> = {};

/** Uses these texts from now on; keys that are missing stay English. */
export function useStrings(strings: Readonly<Record<string, string>>): void {
  translated = strings;
}

/** The text of a key in the user's language, with its values put in. */
export function say(key: PanelString, ...values: readonly (string | number)[]): string {
  const text = translated[key] ?? panelStrings[key];
  return values.length === 0
    ? text
    : text.replace(/\{(\d)\}/g, (whole, at: string) => String(values[Number(at)] ?? whole));
}
