import type { LogEntry, SessionSettings } from '../../protocol/methods.ts';
import type { Vocabulary } from './vocabulary.ts';
import { Conversation } from './conversation.ts';
import { ConversationSource } from './conversation-source.ts';
import type { ConversationModel } from './conversation-source.ts';
import type { ToolFormat } from './formats/tool-format.ts';
import { PromptText } from './prompt-text.ts';
import type { Tokenizer } from './prompt-text.ts';
import { ChatTemplate } from './template.ts';
import type { TemplateShape } from './template-shape.ts';

export type { Tokenizer } from './prompt-text.ts';

export interface ChatCodecOptions {
  readonly tokenizer: Tokenizer;
  readonly vocabulary: Vocabulary;
  /** The chosen Jinja template of the model; undefined: ChatML. */
  readonly template: string | undefined;
  readonly format: ToolFormat;
  /** For templates that print the date; default: the system's clock. */
  readonly now?: () => Date;
}

/** All that turns messages into tokens, and replies into messages, for one model. */
export class ChatCodec {
  readonly format: ToolFormat;
  readonly #model: ConversationModel;
  readonly #now: () => Date;

  /** Throws `template.failed` for a template that is not Jinja. */
  constructor(options: ChatCodecOptions) {
    const { tokenizer, vocabulary, format } = options;
    const promptText = new PromptText(tokenizer, vocabulary);
    const textOf = (id: number | undefined): string => (id === undefined ? '' : vocabulary.text([id]));
    const template = new ChatTemplate(
      options.template,
      { bos: textOf(vocabulary.bos), eos: textOf(vocabulary.eos) },
      promptText,
    );
    this.format = format;
    this.#model = { vocabulary, promptText, template, format };
    this.#now = options.now ?? (() => new Date());
  }

  /** What the template supports. */
  get templateShape(): TemplateShape {
    return this.#model.template.shape;
  }

  /**
   * A new conversation, or one brought back from its log.
   * @param entries messages with the ids they had: they become the log as they are, without rendering.
   */
  conversation(settings: SessionSettings, entries: readonly LogEntry[] = []): Conversation {
    return new Conversation(new ConversationSource(this.#model, settings, this.#now()), entries);
  }
}
