import path from 'node:path';
import * as vscode from 'vscode';
import type { PlannedModel } from '../native/protocol/model.ts';
import type { Decision } from './chat/approvals.ts';
import { AddedMentions } from './chat/added-mentions.ts';
import { ChatController } from './chat/chat-controller.ts';
import { mentionsFor } from './editor/window/add-to-chat.ts';
import { EditorWindow } from './editor/window/editor-window.ts';
import { ConversationStore } from './chat/conversation-store.ts';
import { PanelHost } from './editor/window/panel-host.ts';
import { ToolsAndPrompts } from './chat/tools-and-prompts.ts';
import { grammarsIn } from './context/grammar-files.ts';
import { firstLook } from './context/first-look.ts';
import { SpeedMemory } from './metering/speed-memory.ts';
import { lazyShellReader } from './permission/shell/shell-command.ts';
import { shellKind } from './tools/commands/shell.ts';
import { WatchedIndex } from './editor/documents/index-watch.ts';
import { FileCheckpoints } from './edits/file-checkpoints.ts';
import { EditorFiles } from './editor/documents/files.ts';
import { EditorProblems } from './editor/documents/problems.ts';
import { registerReview } from './editor/review/register.ts';
import { EditorFileStates } from './editor/documents/file-states.ts';
import { editRefusal, type GateFacts } from './permission/gate.ts';
import { hiddenFiles } from './permission/hidden-files.ts';
import type { Rule } from './permission/policy.ts';
import { WorkspaceRules } from './permission/workspace-rules.ts';
import { registerEngines } from './editor/engines/register.ts';
import { registerInlineChat } from './editor/inline/register.ts';
import { registerRefactors } from './editor/commands/register.ts';
import { RefactorRuns, type EditPermission } from './editor/commands/runs.ts';
import { CodeContext } from './editor/documents/code-context.ts';
import type { Rewriter } from './rewrite/rewrite-loop.ts';
import { definitionTexts } from './editor/documents/definition-texts.ts';
import { PrefixedOneShot } from './agent/one-shot-request.ts';
import { createDaemonLink } from './daemon-link/create-link.ts';
import { ModelDownloads } from './editor/models/downloads.ts';
import { MachineFiles } from './editor/models/machine-files.ts';
import { HubToken } from './editor/models/hub-token.ts';
import { shownModel } from './daemon-link/model-name.ts';
import type { LinkState } from './daemon-link/model-host.ts';
import { registerModels } from './editor/models/register.ts';
import { askAboutTurns } from './editor/models/turns-question.ts';
import { ModelMenu } from './editor/window/model-menu.ts';
import { BrokenRules, showRules } from './editor/window/rules-menu.ts';
import { SampleProject } from './editor/window/sample-project.ts';
import { Settings } from './editor/window/settings.ts';
import { registerServing } from './editor/serving/register.ts';
import { registerChatModels } from './editor/language-models/register.ts';
import { registerOfferedTools } from './editor/language-models/offered-tools.ts';
import { registerOffering } from './editor/offering/register.ts';
import { askByMessage } from './editor/offering/tool-question.ts';
import { OfferedTools } from './tools/offered-tools.ts';
import { repositoryMap } from './tools/symbols/repository-map.ts';
import { StatusBar } from './editor/window/status-bar.ts';
import { createContext } from './editor/workspace-context.ts';
import { createTools, ripgrepFinder } from './editor/workspace-tools.ts';
import { useTranslator } from './translation.ts';
import { panelStrings } from '../webview/strings.ts';

let close: (() => Promise<void>) | undefined;

/** Builds the objects and registers them. Expensive work waits until it is needed. */
export function activate(context: vscode.ExtensionContext): void {
  useTranslator((english, ...values) => vscode.l10n.t(english, ...values));
  const dist = path.join(context.extensionPath, 'dist');
  const storage = (context.storageUri ?? context.globalStorageUri).fsPath;
  const log = vscode.window.createOutputChannel('Moonwright', { log: true });
  const failed = (thrown: unknown): void => log.error(thrown instanceof Error ? thrown : String(thrown));
  const settings = new Settings();
  const rules = new WorkspaceRules(context.workspaceState);
  const brokenRules = new BrokenRules();

  const daemon = createDaemonLink(
    path.join(dist, 'daemon.js'),
    settings,
    context.globalStorageUri.fsPath,
    askAboutTurns,
  );
  const { link } = daemon;
  const token = new HubToken(context.secrets);
  const plan = async (model: string): Promise<PlannedModel> =>
    await (await link.client()).request('model.plan', { model });
  const downloads = new ModelDownloads({
    settings,
    token,
    models: async () => (await (await link.client()).request('model.list', {})).models,
    plan,
    records: path.join(context.globalStorageUri.fsPath, 'downloads'),
    failed,
  });
  const machineFiles = new MachineFiles({
    queue: downloads.queue,
    find: async () => await (await link.client()).request('model.find', {}),
    plan,
    model: () => settings.load().model,
    use: (model) => settings.setModel(model),
  });
  const engines = registerEngines(link, settings, context);
  const models = engines.current;
  const menu = new ModelMenu(link, settings, vscode.Uri.file(daemon.logFile), downloads, engines);
  const sample = new SampleProject(path.join(dist, 'sample'), path.join(context.globalStorageUri.fsPath, 'samples'));
  const status = new StatusBar(models.current, 'moonwright.selectModel');

  const ripgrep = ripgrepFinder(dist);
  const files = new EditorFiles(ripgrep);
  const problems = new EditorProblems((absolute) => files.relative(absolute));
  const review = registerReview({ storage, relative: (absolute) => files.relative(absolute), log });
  const checkpoints = new FileCheckpoints(
    path.join(storage, 'checkpoints'),
    new EditorFileStates(files),
    (absolute) => files.relative(absolute),
    review.turns,
    failed,
  );
  const sources = new WatchedIndex({ dist, storage, files, log, memory: context.workspaceState });
  const { index } = sources;
  const allRules = (): readonly Rule[] => [...settings.rules().rules, ...rules.rules];
  const roots = (): readonly string[] => files.folders.map((folder) => folder.path);
  const isHidden = hiddenFiles(allRules, roots);
  /** The chat is built below, and asks in its panel. */
  const decide = (decision: Decision): Promise<string | undefined> => chat.decide(decision);
  const workspace = createContext({
    decide,
    files,
    problems,
    index,
    storage,
    failed,
    isHidden,
    countTokens: async (texts) => (await models.model(new AbortController().signal)).countTokens(texts),
  });
  const tools = createTools({
    decide,
    files,
    problems,
    checkpoints,
    index,
    settings,
    ripgrep,
    isHidden,
    dist,
    extension: context.extension.id,
  });

  const permission: GateFacts = {
    mode: () => chatWindow.mode(),
    trusted: () => vscode.workspace.isTrusted,
    roots,
    rules: allRules,
    readOnlyCommands: () => settings.readOnlyCommands,
    guardedFiles: () => settings.guardedFiles,
    addRules: (added) => rules.add(added),
  };
  const chatWorkspace = new ToolsAndPrompts({
    tools: tools.groups,
    permission,
    shell: lazyShellReader(grammarsIn(path.join(dist, 'grammars')), shellKind(process.env)),
    workspace: () => workspace.facts(),
    mentions: workspace.mentions,
    look: async () => {
      await index.ready();
      return firstLook(index, (absolute) => files.relative(absolute));
    },
    now: Date.now,
  });

  const oneShot = new PrefixedOneShot({
    model: (signal) => engines.inline.model(signal),
    tools: (kind, facts) => (kind === 'ask' ? chatWorkspace.explainTools(facts) : []),
    thinking: () => settings.inlineThinking,
  });
  const { pending, decidedElsewhere } = review;
  const rewriter: Rewriter = { oneShot, syntax: index };
  const codeContext = new CodeContext(index, definitionTexts(index, files), (absolute) => files.relative(absolute));
  const mayEdit: EditPermission = (file) => editRefusal(permission, file);
  const refactors = registerRefactors(
    new RefactorRuns(oneShot, mayEdit, failed),
    rewriter,
    { context: codeContext, pending, problems, files, search: tools.search, isHidden },
    async (texts, signal) => (await engines.inline.model(signal)).countTokens(texts),
    () => ({ name: engines.inline.current.model, profile: engines.inline.current.profile }),
  );
  const label = {
    model: () => shownModel(engines.inline.current),
    onChange: (listener: () => void) => new vscode.Disposable(engines.inline.onState(listener)),
    icon: vscode.Uri.file(path.join(context.extensionPath, 'media/icon.png')),
  };
  const inline = registerInlineChat(rewriter, codeContext, mayEdit, label, {
    pending,
    decidedElsewhere,
    folder: storage,
    failed,
  });

  const offered = new OfferedTools(
    [...tools.groups.tests, ...tools.groups.symbols, repositoryMap(workspace.map)],
    chatWorkspace.gate(askByMessage),
  );

  const added = new AddedMentions();
  const panel: PanelHost = new PanelHost(vscode.Uri.file(path.join(dist, 'webview')), {
    ready: (post) =>
      void opened()
        .then(() => {
          chat.attach((message) => {
            if (message.type === 'state') {
              status.speed(message.state.speed);
              panel.badge(message.state.approvals.length);
            }
            post(message);
          }, translated());
          added.attach(post);
        })
        .catch(failed),
    handle: (message) => chat.handle(message),
    failed,
  });
  const chatWindow: EditorWindow = new EditorWindow({
    settings,
    memory: context.workspaceState,
    sharedMemory: context.globalState,
    files,
    panel,
    pickModel: menu.show,
    inline: engines.inlineOwn,
    openSample: sample.open,
  });
  const chat: ChatController = new ChatController({
    models,
    workspace: chatWorkspace,
    checkpoints,
    window: chatWindow,
    speeds: new SpeedMemory(context.globalState),
    store: new ConversationStore(path.join(storage, 'conversations'), failed),
    failed,
  });
  let resumed: Promise<void> | undefined;
  /** When the panel is first shown: gets the engine ready and opens the last conversation. */
  const opened = (): Promise<void> => {
    if (resumed === undefined) models.prepare().catch(failed);
    resumed ??=
      chatWindow.lastConversation === undefined ? Promise.resolve() : chat.resume(chatWindow.lastConversation);
    return resumed;
  };

  const command = (name: string, run: (...args: unknown[]) => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`moonwright.${name}`, run);
  const addToChat = async (mentions: string): Promise<void> => {
    if (mentions === '') return;
    added.add(mentions);
    await panel.reveal();
  };
  context.subscriptions.push(
    log,
    status,
    downloads,
    engines,
    registerModels(link, settings, downloads, machineFiles, engines),
    review,
    inline,
    refactors,
    tools,
    sources,
    workspace,
    vscode.window.registerWebviewViewProvider(PanelHost.id, panel, {
      webviewOptions: { retainContextWhenHidden: true },
    }),
    command('openChat', () => panel.reveal()),
    command('newConversation', async () => {
      await chat.handle({ type: 'newConversation' });
      await panel.reveal();
    }),
    command('openSample', sample.open),
    command('addToChat', async (clicked, selected) =>
      addToChat(await mentionsFor((absolute) => files.relative(absolute), clicked, selected)),
    ),
    command('addTerminalToChat', () => addToChat('@terminal')),
    command('stop', () => chat.stop()),
    command('selectModel', menu.show),
    command('downloadModel', downloads.choose),
    command('setHubToken', token.ask),
    command('useEngineElsewhere', engines.choose),
    command('chooseInlineModel', engines.chooseInline),
    command('restartEngine', menu.restart),
    command('openEngineLog', menu.openLog),
    command('showLog', () => log.show()),
    command('permissions', () => showRules(rules)),
    settings.onChange(
      ['model', 'models', 'contextTokens', 'threads'],
      () => link.current.state === 'stopped' || link.reload().catch(failed),
    ),
    settings.onChange(['mode', 'price'], () => chat.refresh()),
    settings.onChange(['permission.rules'], () => brokenRules.tell(settings.rules().broken)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => chat.refresh()),
    { dispose: models.onState((state) => status.show(state)) },
    {
      dispose: engines.inline.onState((state) => {
        status.inline(engines.inlineOwn());
        markSmallModel(state);
        chat.refresh();
      }),
    },
    registerServing({ link, settings, secrets: context.secrets, shown: (url) => status.served(url), failed }),
    registerChatModels(link),
    registerOfferedTools(offered),
    registerOffering({ tools: offered, settings, context, shown: (url) => status.offered(url), failed }),
  );
  markSmallModel(engines.inline.current);
  status.inline(engines.inlineOwn());
  brokenRules.tell(settings.rules().broken);
  if (sample.isOpen && chatWindow.lastConversation === undefined) panel.reveal().catch(failed);
  close = async () => {
    await chat.dispose();
    await link.dispose();
  };
}

/** The daemon keeps running: other windows may use it, and it ends by itself when idle. */
export async function deactivate(): Promise<void> {
  await close?.();
}

/** Lets menus leave out what the model of the commands refuses, if it is small. Before it is loaded, its name tells. */
function markSmallModel({ contextTokens, profile, model }: LinkState): void {
  const small = contextTokens > 0 ? profile === 'compact' : model === 'nano';
  void vscode.commands.executeCommand('setContext', 'moonwright:smallModel', small);
}

function translated(): Record<string, string> {
  return Object.fromEntries(Object.entries(panelStrings).map(([key, english]) => [key, vscode.l10n.t(english)]));
}
