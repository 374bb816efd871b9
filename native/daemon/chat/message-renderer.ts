import type { ChatMessage, ToolDefinition } from '../../protocol/chat.ts';
import type { SessionSettings } from '../../protocol/methods.ts';
import type { ChatModel } from './chat-model.ts';

/**
 * Renders one conversation's messages, always with the same tools, options and date: a new date would change text that
 * is tokenised already. Shared by forks.
 */
export class MessageRenderer {
  readonly settings: SessionSettings;
  readonly model: ChatModel;
  readonly #now: Date;

  constructor(model: ChatModel, settings: SessionSettings, now: Date) {
    this.model = model;
    this.settings = settings;
    this.#now = now;
  }

  /**
   * Guarded text of messages, without an ending that the template drops when more messages follow (the end of a turn
   * with several tool results). Throws `template.failed`.
   */
  history(messages: readonly ChatMessage[]): string {
    const text = this.#render(messages, false);
    const closing = messages.at(-1)?.role === 'tool' ? this.model.template.shape.toolClosing : '';
    return closing !== '' && text.endsWith(closing) ? text.slice(0, -closing.length) : text;
  }

  /** Guarded text of messages with the generation prompt. Throws `template.failed`. */
  prompt(messages: readonly ChatMessage[]): string {
    return this.#render(messages, true);
  }

  #render(messages: readonly ChatMessage[], generationPrompt: boolean): string {
    const { template, format, vocabulary } = this.model;
    const tools = this.settings.tools ?? [];
    const prompted = format.promptMessages?.(messages, tools);
    const told = prompted ?? (tools.length > 0 && !template.shape.tools ? withToolList(messages, tools) : messages);
    const text = template.render({
      messages: told,
      tools: prompted === undefined ? tools : [],
      templateOptions: this.settings.templateOptions ?? {},
      generationPrompt,
      now: this.#now,
    });
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
