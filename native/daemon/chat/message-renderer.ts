import type { ChatMessage, ToolDefinition } from '../../protocol/chat.ts';
import type { SessionSettings } from '../../protocol/methods.ts';
import type { ThinkingChoice } from '../../protocol/thinking.ts';
import type { ChatModel } from './chat-model.ts';
import { thinkingVariables } from './template-thinking.ts';

/**
 * Renders one conversation's messages, always with the same tools, options and date: a new date would change text that
 * is tokenised already. Shared by forks.
 */
export class MessageRenderer {
  readonly settings: SessionSettings;
  readonly model: ChatModel;
  readonly #now: Date;
  readonly #signal: AbortSignal | undefined;

  constructor(model: ChatModel, settings: SessionSettings, now: Date, signal?: AbortSignal) {
    this.model = model;
    this.settings = settings;
    this.#now = now;
    this.#signal = signal;
  }

  /** The same, but its renderings throw `request.cancelled` as soon as `signal` is aborted. */
  until(signal: AbortSignal | undefined): MessageRenderer {
    return new MessageRenderer(this.model, this.settings, this.#now, signal);
  }

  /** The same for another level of thinking. */
  thinking(level: ThinkingChoice): MessageRenderer {
    return new MessageRenderer(this.model, { ...this.settings, thinking: level }, this.#now);
  }

  /**
   * Guarded text of messages, without an ending that the template drops when more messages follow (the end of a turn
   * with several tool results). Throws `template.failed`.
   */
  async history(messages: readonly ChatMessage[]): Promise<string> {
    const text = await this.#render(messages, false);
    if (messages.at(-1)?.role !== 'tool') return text;
    const { toolClosing } = await this.model.template.shape(this.#signal);
    return toolClosing !== '' && text.endsWith(toolClosing) ? text.slice(0, -toolClosing.length) : text;
  }

  /** Guarded text of messages with the generation prompt. Throws `template.failed`. */
  async prompt(messages: readonly ChatMessage[]): Promise<string> {
    return await this.#render(messages, true);
  }

  async #render(messages: readonly ChatMessage[], generationPrompt: boolean): Promise<string> {
    const { template, format, vocabulary } = this.model;
    const tools = this.settings.tools ?? [];
    const shape = await template.shape(this.#signal);
    const prompted = format.promptMessages?.(messages, tools);
    const told = prompted ?? (tools.length > 0 && !shape.tools ? withToolList(messages, tools) : messages);
    const text = await template.render(
      {
        messages: told,
        tools: prompted === undefined ? tools : [],
        templateOptions: {
          ...thinkingVariables(shape.thinking, this.settings.thinking),
          ...this.settings.templateOptions,
        },
        generationPrompt,
        now: this.#now,
      },
      this.#signal,
    );
    if (!vocabulary.addBos || vocabulary.bos === undefined) return text;
    const bos = vocabulary.text([vocabulary.bos]);
    return text.startsWith(bos) ? text : bos + text;
  }
}

/** For a family that can call tools although its template does not render their definitions. */
function withToolList(messages: readonly ChatMessage[], tools: readonly ToolDefinition[]): readonly ChatMessage[] {
  const list = tools.map(
    (tool) =>
      `### ${tool.name}\nDescription: ${tool.description ?? ''}\n\nParameters: ${JSON.stringify(tool.parameters)}`,
  );
  const text = `## Tools\nYou have access to the following tools:\n\n${list.join('\n\n')}`;
  const [first, ...rest] = messages;
  if (first?.role !== 'system') return [{ role: 'system', content: text }, ...messages];
  return [{ role: 'system', content: `${first.content}\n\n${text}` }, ...rest];
}
