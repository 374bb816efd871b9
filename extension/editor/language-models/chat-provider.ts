import * as vscode from 'vscode';
import { toCodedError } from '../../../native/protocol/coded-error.ts';
import type { JsonSchema, ToolDefinition } from '../../../native/protocol/chat.ts';
import type { GenerateEvent, GenerateOptions } from '../../../native/protocol/generation.ts';
import { isWithin, samplingLimits } from '../../../native/protocol/limits.ts';
import { ReplayedChat } from '../../agent/replayed-chat.ts';
import type { DaemonLink } from '../../daemon-link/daemon-link.ts';
import { countedTexts, readMessages } from './chat-messages.ts';

export const vendor = 'moonwright';

/** One name for whatever model the user has chosen: callers keep their choice when the user changes the model. */
const modelId = 'chosen-model';
/** Before a model is loaded its context is not known. */
const contextTokensAssumed = 8192;
const outputTokensMost = 8192;
/** Tokens that a chat template writes around a message. */
const markTokens = 5;

type LanguageModel = vscode.LanguageModelChatInformation;

/** The chosen model for VS Code's chat and for other extensions. */
export class ChatProvider implements vscode.LanguageModelChatProvider<LanguageModel>, vscode.Disposable {
  readonly #link: DaemonLink;
  readonly #chat: ReplayedChat;
  readonly #changed = new vscode.EventEmitter<void>();
  readonly #stopListening: () => void;
  readonly onDidChangeLanguageModelChatInformation = this.#changed.event;

  constructor(link: DaemonLink) {
    this.#link = link;
    this.#chat = new ReplayedChat((signal) => link.model(signal));
    let told = '';
    this.#stopListening = link.onState(({ model, contextTokens }) => {
      const facts = `${model} ${contextTokens}`;
      if (facts !== told) this.#changed.fire();
      told = facts;
    });
  }

  /** Tells of the model without loading it: VS Code asks whenever any extension looks for models. */
  provideLanguageModelChatInformation(): LanguageModel[] {
    const { model, contextTokens } = this.#link.current;
    const { loaded } = this.#link;
    const context = contextTokens > 0 ? contextTokens : contextTokensAssumed;
    const maxOutputTokens = Math.min(outputTokensMost, Math.floor(context / 4));
    return [
      {
        id: modelId,
        name: loaded?.name ?? model,
        family: loaded?.family ?? 'moonwright',
        version: loaded?.fingerprint.slice(0, 12) ?? '',
        detail: 'Moonwright',
        tooltip: vscode.l10n.t('Runs on your own machine'),
        maxInputTokens: context - maxOutputTokens,
        maxOutputTokens,
        capabilities: { toolCalling: loaded?.tools ?? true, imageInput: false },
      },
    ];
  }

  async provideLanguageModelChatResponse(
    _model: LanguageModel,
    messages: readonly vscode.LanguageModelChatRequestMessage[],
    options: vscode.ProvideLanguageModelChatResponseOptions,
    progress: vscode.Progress<vscode.LanguageModelResponsePart>,
    token: vscode.CancellationToken,
  ): Promise<void> {
    const abort = new AbortController();
    const cancelled = token.onCancellationRequested(() => abort.abort());
    if (token.isCancellationRequested) abort.abort();
    try {
      const request = {
        tools: (options.tools ?? []).map(toolDefinition),
        messages: readMessages(messages),
        options: generateOptions(options),
      };
      const { brokenCalls } = await this.#chat.answer(request, (event) => tell(event, progress), abort.signal);
      for (const { text } of brokenCalls) progress.report(new vscode.LanguageModelTextPart(text));
    } catch (thrown) {
      if (toCodedError(thrown).code === 'request.cancelled') throw new vscode.CancellationError();
      throw thrown;
    } finally {
      cancelled.dispose();
    }
  }

  /** Counts with the model's own tokenizer, which loads the model. */
  async provideTokenCount(
    _model: LanguageModel,
    text: string | vscode.LanguageModelChatRequestMessage,
    token: vscode.CancellationToken,
  ): Promise<number> {
    const abort = new AbortController();
    const cancelled = token.onCancellationRequested(() => abort.abort());
    try {
      const model = await this.#link.model(abort.signal);
      if (typeof text === 'string') return (await model.countTokens([text]))[0] ?? 0;
      const counts = await model.countTokens(countedTexts(text));
      return counts.reduce((sum, count) => sum + count, markTokens);
    } finally {
      cancelled.dispose();
    }
  }

  dispose(): void {
    this.#stopListening();
    this.#changed.dispose();
  }
}

function toolDefinition({ name, description, inputSchema }: vscode.LanguageModelChatTool): ToolDefinition {
  return {
    name,
    description,
    parameters: (inputSchema as JsonSchema | undefined) ?? { type: 'object', properties: {} },
  };
}

/** What the caller wants, as far as it is something that this model knows. */
function generateOptions({ tools, toolMode, modelOptions }: vscode.ProvideLanguageModelChatResponseOptions) {
  const required = toolMode === vscode.LanguageModelChatToolMode.Required && (tools?.length ?? 0) > 0;
  const temperature: unknown = modelOptions?.temperature;
  const most: unknown = modelOptions?.max_tokens;
  const options: GenerateOptions = {
    ...(required ? { toolChoice: 'required' } : {}),
    ...(typeof temperature === 'number' && isWithin(samplingLimits.temperature, temperature)
      ? { sampling: { temperature } }
      : {}),
    ...(typeof most === 'number' && Number.isInteger(most) && most > 0 ? { maxTokens: most } : {}),
  };
  return options;
}

/** Thoughts are not told: the stable API has no part for them. */
function tell(event: GenerateEvent, progress: vscode.Progress<vscode.LanguageModelResponsePart>): void {
  if (event.kind === 'text') progress.report(new vscode.LanguageModelTextPart(event.text));
  if (event.kind !== 'callDone') return;
  const input = JSON.parse(event.arguments || '{}') as object;
  progress.report(new vscode.LanguageModelToolCallPart(event.id, event.name, input));
}
