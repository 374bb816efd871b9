// Faked: the model (a script), the tools, the window. Real: the controller, the transcript, the store, the checkpoints.
import { mkdtempSync, realpathSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AgentGate, AgentTools } from '../../../extension/agent/agent-tools.ts';
import type { TurnLimits } from '../../../extension/agent/run-turn.ts';
import { ChatController } from '../../../extension/chat/chat-controller.ts';
import type { PanelRequest } from '../../../extension/chat/panel-messages.ts';
import type { ChatWindow } from '../../../extension/chat/chat-window.ts';
import { ConversationStore } from '../../../extension/chat/conversation-store.ts';
import { nothingSeen } from '../../../extension/context/first-look.ts';
import type { AnswerStyle, StyleChoices } from '../../../extension/context/answer-style.ts';
import type { FirstLook } from '../../../extension/workspace/first-look.ts';
import { plainRequest } from '../../../extension/context/mentions/mention-kind.ts';
import type { LinkState, ModelHost } from '../../../extension/daemon-link/model-host.ts';
import { FileCheckpoints } from '../../../extension/edits/file-checkpoints.ts';
import { SpeedMemory, type KeptValues } from '../../../extension/metering/speed-memory.ts';
import type { TokenPrice } from '../../../extension/metering/spending.ts';
import type { PermissionMode } from '../../../extension/permission/permission-mode.ts';
import type { AskUser } from '../../../extension/permission/user-answer.ts';
import type { Item } from '../../../extension/chat/item.ts';
import type { PanelState, ToPanel } from '../../../webview/messages.ts';
import { folderReview, type FolderReview } from './folder-review.ts';
import { FolderStates } from './folder-states.ts';
import { ScriptedModel, type Script, type ScriptedReply } from './scripted-agent-model.ts';
import { openGate, scriptedTools, type ScriptedTool } from './scripted-tools.ts';
import type { ConversationHooks } from '../../../extension/tools/conversation/conversation-hooks.ts';

const limits: TurnLimits = { steps: 20, tokens: 1e9, resultTokens: 2000, compactAt: 1e9, warnAfter: 4, stopAfter: 8 };

export class ChatBench {
  readonly folder = realpathSync(mkdtempSync(path.join(tmpdir(), 'chat-')));
  readonly work = path.join(this.folder, 'work');
  readonly states = new FolderStates();
  readonly model: ScriptedModel;
  readonly told: ToPanel[] = [];
  readonly copied: string[] = [];
  readonly remembered: string[] = [];
  mode: PermissionMode = 'ask';
  readonly #told = new Set<string>();
  /** Which tools ask the user. */
  asks = new Set<string>();
  /** Expands the mentions of a request. */
  mentioned: (request: string) => string = (request) => request;
  /** What the workspace is made of. */
  look: FirstLook = nothingSeen;
  /** What the user chooses in the menu of styles, and what was offered there last. */
  style: Partial<AnswerStyle> | undefined;
  styleChoices: StyleChoices | undefined;
  /** Why no model can be had. */
  modelFault: Error | undefined;
  /** Tokens of the conversation above which it is shortened. */
  compactAt = 1e9;
  price: TokenPrice | undefined;
  readonly speeds = new SpeedMemory(keptValues());
  items: Item[] = [];
  state: PanelState | undefined;
  controller: ChatController;
  link: LinkState = {
    state: 'ready',
    model: 'scripted',
    fraction: 1,
    text: '',
    profile: 'full',
    contextTokens: 100_000,
  };
  readonly #listeners = new Set<(state: LinkState) => void>();
  readonly #tools: (hooks: ConversationHooks, bench: ChatBench) => Readonly<Record<string, ScriptedTool>>;

  constructor(
    script: Script | readonly ScriptedReply[],
    tools: (hooks: ConversationHooks, bench: ChatBench) => Readonly<Record<string, ScriptedTool>> = () => ({}),
  ) {
    this.model = new ScriptedModel(script);
    this.#tools = tools;
    this.controller = this.open();
  }

  /** A controller on the same folder, as after a reload of the window. */
  open(): ChatController {
    const link = (): LinkState => this.link;
    const models: ModelHost = {
      get current() {
        return link();
      },
      onState: (listener) => {
        this.#listeners.add(listener);
        return () => this.#listeners.delete(listener);
      },
      model: async () => {
        if (this.modelFault !== undefined) throw this.modelFault;
        return this.model;
      },
    };
    this.review = folderReview(this.states, this.work);
    this.checkpoints = new FileCheckpoints(
      path.join(this.folder, 'checkpoints'),
      this.states,
      (file) => path.relative(this.work, file),
      this.review.turns,
      (thrown) => {
        throw thrown;
      },
    );
    const window: ChatWindow = {
      mode: () => this.mode,
      setMode: async (mode) => {
        this.mode = mode;
      },
      isFirst: async (what) => {
        const first = !this.#told.has(what);
        this.#told.add(what);
        return first;
      },
      isFirstAnywhere: (what) => window.isFirst(what),
      inlineElsewhere: () => undefined,
      wasTold: (what) => this.#told.has(what),
      price: () => this.price,
      wattsPerCore: () => 8,
      trusted: () => true,
      trust: async () => undefined,
      openSample: async () => undefined,
      nameOf: (absolute) => path.relative(this.work, absolute),
      callForAttention: () => undefined,
      open: async () => undefined,
      copy: async (text) => {
        this.copied.push(text);
      },
      insert: async () => undefined,
      applyCode: async () => undefined,
      pickModel: async () => undefined,
      pickStyle: async (style, choices) => {
        this.styleChoices = choices;
        return this.style === undefined ? undefined : { ...style, ...this.style };
      },
      manageModels: async () => undefined,
      openLink: async () => undefined,
      remember: async (id) => {
        this.remembered.push(id);
      },
    };
    this.controller = new ChatController({
      models,
      window,
      checkpoints: this.checkpoints,
      speeds: this.speeds,
      store: new ConversationStore(path.join(this.folder, 'conversations'), (error) => {
        throw error;
      }),
      failed: (thrown) => {
        throw thrown;
      },
      workspace: {
        tools: (_facts, hooks): AgentTools => scriptedTools(this.#tools(hooks, this)),
        gate: (ask: AskUser): AgentGate => ({
          ...openGate,
          decide: async (resolved, signal) =>
            !this.asks.has(resolved.call.name) || (await ask(resolved, [], signal)) !== 'decline'
              ? { allowed: true, by: 'test' }
              : { allowed: false, by: 'user', text: 'Error: the user declined this call.' },
        }),
        profile: () => ({
          limits: { ...limits, compactAt: this.compactAt },
          generate: {},
          opening: async ({ text }) => [
            { role: 'system', content: 'You help.' },
            { role: 'user', content: text },
          ],
          followUp: async ({ text }) => ({ role: 'user', content: text }),
        }),
        look: async () => this.look,
        suggest: async () => [],
        expandMentions: async (request) => ({ ...plainRequest(request), text: this.mentioned(request) }),
        cost: async (request) => ({
          tokens: request.length,
          messages: [{ role: 'user', content: request }],
          mentions: [],
        }),
      },
    });
    this.controller.attach((message) => this.#receive(message), {});
    return this.controller;
  }

  /** The model starts, loads, becomes ready or fails. */
  setModelState(state: LinkState['state']): void {
    this.link = { ...this.link, state };
    for (const listener of this.#listeners) listener(this.link);
  }

  checkpoints: FileCheckpoints | undefined;
  review: FolderReview | undefined;

  async send(text: string): Promise<void> {
    await this.controller.handle({ type: 'send', text, steer: false });
  }

  do(message: PanelRequest): Promise<void> {
    return this.controller.handle(message);
  }

  kinds(): string[] {
    return this.items.map((item) => item.kind);
  }

  last<K extends Item['kind']>(kind: K): Extract<Item, { kind: K }> | undefined {
    return this.items.findLast((item): item is Extract<Item, { kind: K }> => item.kind === kind);
  }

  /** Resolves when the condition holds. */
  async until(condition: (bench: ChatBench) => boolean): Promise<void> {
    for (let round = 0; !condition(this); round++) {
      if (round > 2000) throw new Error('the condition never came true');
      await new Promise((resolve) => setTimeout(resolve, 2));
    }
  }

  /** Applies a message as the panel would. */
  #receive(message: ToPanel): void {
    this.told.push(message);
    switch (message.type) {
      case 'init':
        this.items = [...message.items];
        this.state = message.state;
        break;
      case 'reset':
        this.items = [...message.items];
        break;
      case 'state':
        this.state = message.state;
        break;
      case 'items':
        for (const item of message.items) {
          const at = this.items.findIndex((known) => known.id === item.id);
          if (at >= 0) this.items[at] = item;
          else this.items.push(item);
        }
        break;
      case 'append': {
        const at = this.items.findIndex((known) => known.id === message.id);
        const item = this.items[at];
        if (item === undefined || !(message.field in item))
          throw new Error(`appended to ${message.id}, which is not shown`);
        const before = (item as unknown as Record<string, string>)[message.field] ?? '';
        if (before.length !== message.offset)
          throw new Error(`appended at ${message.offset}, but ${before.length} characters are shown`);
        this.items[at] = { ...item, [message.field]: before + message.text } as Item;
        break;
      }
      case 'conversations':
      case 'suggestions':
      case 'draft':
        break;
    }
  }
}

/** Values that are kept as long as the test. */
function keptValues(): KeptValues {
  const values = new Map<string, unknown>();
  return {
    get: <T>(key: string) => values.get(key) as T | undefined,
    update: async (key, value) => void values.set(key, value),
  };
}
