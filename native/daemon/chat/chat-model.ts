import { CodedError } from '../../protocol/coded-error.ts';
import type { LogEntry, SessionSettings } from '../../protocol/methods.ts';
import type { ModelThinking, ThinkingLevel } from '../../protocol/thinking.ts';
import type { Vocabulary } from './vocabulary.ts';
import { Conversation } from './conversation.ts';
import type { ReasoningMarks, ToolFormat } from './formats/tool-format.ts';
import { MessageRenderer } from './message-renderer.ts';
import { PromptTokenizer } from './prompt-tokenizer.ts';
import type { Tokenizer } from './prompt-tokenizer.ts';
import { modelThinking } from './template-thinking.ts';
import type { TemplateThreadOptions } from './template-thread.ts';
import { ThreadedTemplate } from './threaded-template.ts';

interface ChatModelOptions {
  readonly tokenizer: Tokenizer;
  readonly vocabulary: Vocabulary;
  /** Jinja source of the model's chat template; undefined: ChatML. */
  readonly template: string | undefined;
  readonly format: ToolFormat;
  /** Why the model holds no conversation, in a sentence; undefined where it does. */
  readonly refusal?: string | undefined;
  /** The thread for long renderings; default: the worker in the bundle. */
  readonly thread?: TemplateThreadOptions;
  /** The clock of templates that print the date; default: the system's clock. */
  readonly now?: () => Date;
}

/** Shared by all conversations of one model: vocabulary, prompt tokenizer, chat template and tool format. */
export class ChatModel {
  readonly vocabulary: Vocabulary;
  readonly promptTokenizer: PromptTokenizer;
  readonly template: ThreadedTemplate;
  readonly format: ToolFormat;
  /** Whether its template or its vocabulary know the family's marks of thoughts. */
  readonly mayReason: boolean;
  readonly #source: string;
  readonly #refusal: string | undefined;
  readonly #now: () => Date;

  /** Throws `template.failed` for a template that is not Jinja. */
  constructor(options: ChatModelOptions) {
    const { tokenizer, vocabulary, format } = options;
    const textOf = (id: number | undefined): string => (id === undefined ? '' : vocabulary.text([id]));
    this.vocabulary = vocabulary;
    this.promptTokenizer = new PromptTokenizer(tokenizer, vocabulary);
    this.template = new ThreadedTemplate(
      {
        source: options.template,
        tokens: { bos: textOf(vocabulary.bos), eos: textOf(vocabulary.eos) },
        specialTokens: vocabulary.specialTokens(),
      },
      this.promptTokenizer.content,
      options.thread,
    );
    this.format = format;
    this.#source = options.template ?? '';
    this.mayReason = this.#knowsThoughts();
    this.#refusal = options.refusal;
    this.#now = options.now ?? (() => new Date());
  }

  /**
   * Starts a conversation, or restores one from its log. Throws `model.capability` where the model holds none.
   * @param entries messages with their token ids; they become the log unchanged and are not rendered.
   */
  conversation(settings: SessionSettings, entries: readonly LogEntry[] = []): Conversation {
    if (this.#refusal !== undefined) throw new CodedError('model.capability', this.#refusal);
    return new Conversation(new MessageRenderer(this, settings, this.#now()), entries);
  }

  /**
   * What can be chosen for its thoughts. `known`: the levels that its makers name. Throws `template.failed` for a
   * template that cannot be probed, and `request.cancelled` when `signal` is aborted.
   */
  async thinking(known: readonly ThinkingLevel[] | undefined, signal?: AbortSignal): Promise<ModelThinking> {
    const { thinking } = await this.template.shape(signal);
    const thinks = this.#names(this.format.reasoning);
    return modelThinking(thinking, thinks, known);
  }

  #knowsThoughts(): boolean {
    const marks = this.format.reasoning;
    return this.#names(marks) || (marks !== undefined && this.promptTokenizer.specialsIn(marks.open).size > 0);
  }

  /** Whether the template mentions thoughts. */
  #names(marks: ReasoningMarks | undefined): boolean {
    return marks !== undefined && [marks.open, ...marks.endings].some((mark) => this.#source.includes(mark));
  }

  /** Ends the template's thread; no conversation renders any more. */
  close(): void {
    this.template.close();
  }
}
