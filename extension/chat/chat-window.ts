import type { TokenPrice } from '../metering/spending.ts';
import type { AnswerStyle, StyleChoices } from '../context/answer-style.ts';
import type { PermissionMode } from '../permission/permission-mode.ts';

/** The window around the chat, as the chat uses it. */
export interface ChatWindow {
  mode(): PermissionMode;
  setMode(mode: PermissionMode): Promise<void>;
  trusted(): boolean;
  /** The host that gets the code of inline chat, when it has an engine of its own on another machine. */
  inlineElsewhere(): string | undefined;
  /** Price of tokens to compare with; undefined: the user has set none. */
  price(): TokenPrice | undefined;
  /** Watts that a computing processor core is taken to draw; 0: unknown. */
  wattsPerCore(): number;
  /** True the first time that it is asked for this in the workspace. */
  isFirst(what: string): Promise<boolean>;
  /** The same, in all workspaces. */
  isFirstAnywhere(what: string): Promise<boolean>;
  /** True if it was asked for this before. */
  wasTold(what: string): boolean;
  /** The path that the user knows a file by. */
  nameOf(absolute: string): string;
  /** Tells the user that an answer is needed, unless the panel is in front. */
  callForAttention(text: string): void;
  open(path: string, line: number | undefined): Promise<void>;
  /** Opens an address outside the editor, after the editor has asked the user. */
  openLink(url: string): Promise<void>;
  copy(text: string): Promise<void>;
  insert(text: string): Promise<void>;
  applyCode(text: string, path: string | undefined): Promise<void>;
  pickModel(): Promise<void>;
  /** Asks how the model should answer; undefined when the user chose nothing. */
  pickStyle(style: AnswerStyle, choices: StyleChoices): Promise<AnswerStyle | undefined>;
  /** Opens the list of all models. */
  manageModels(): Promise<void>;
  /** Has the editor ask the user whether the workspace is trusted. */
  trust(): Promise<void>;
  /** Opens a copy of the sample project, whose test fails. */
  openSample(): Promise<void>;
  /** Remembers which conversation is open in this workspace. */
  remember(conversation: string): Promise<void>;
}
