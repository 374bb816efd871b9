import { CodedError } from '../../protocol/coded-error.ts';
import type { ContentGuard } from './content-guard.ts';
import { TemplateLimit, withinSteps } from './jinja/template-work.ts';
import { shareLoop } from './share-loop.ts';
import { ChatTemplate } from './template.ts';
import type { RenderRequest } from './template.ts';
import type { TemplateShape } from './template-shape.ts';
import { TemplateThread } from './template-thread.ts';
import type { TemplateSource, TemplateThreadOptions } from './template-thread.ts';

/** Steps of a rendering on the daemon's own thread: about 20 ms. */
const ownSteps = 40_000;
/** Larger conversations are not tried there: to look at them takes as long. */
const ownItems = 500;
const ownCharacters = 250_000; // UTF-16 units

/**
 * A model's chat template that never blocks the daemon: what takes more than some milliseconds is done on a thread that
 * is ended when it takes too long. Both give the same text.
 */
export class ThreadedTemplate {
  readonly #own: ChatTemplate;
  readonly #thread: TemplateThread;
  #shape: TemplateShape | undefined;
  /** The smallest conversation that was too much for the own thread: messages and tools. */
  #tooMany = ownItems;

  /** Throws `template.failed` for a template that is not Jinja. */
  constructor(source: TemplateSource, guard: ContentGuard, options?: TemplateThreadOptions) {
    this.#own = new ChatTemplate(source.source, source.tokens, guard);
    this.#thread = new TemplateThread(source, options);
  }

  /**
   * Capabilities of the template, found at first use. Throws `template.failed`, and `request.cancelled` when `signal`
   * is aborted.
   */
  async shape(signal?: AbortSignal): Promise<TemplateShape> {
    return (this.#shape ??= await this.#found(signal));
  }

  /** Guarded text of a conversation. Throws `template.failed`, and `request.cancelled` when `signal` is aborted. */
  async render(request: RenderRequest, signal?: AbortSignal): Promise<string> {
    await this.shape(signal);
    if (this.#mayBeSmall(request)) {
      await shareLoop();
      try {
        return withinSteps(ownSteps, () => this.#own.render(request));
      } catch (error) {
        if (!isLimit(error)) throw error;
        this.#tooMany = Math.min(this.#tooMany, items(request));
      }
    }
    const answer = await this.#thread.ask({ kind: 'render', request }, signal);
    return answer.kind === 'text' ? answer.text : '';
  }

  /** Ends the thread. */
  close(): void {
    this.#thread.close();
  }

  async #found(signal: AbortSignal | undefined): Promise<TemplateShape> {
    await shareLoop();
    try {
      return withinSteps(ownSteps, () => this.#own.shape);
    } catch (error) {
      if (!isLimit(error)) throw error;
    }
    const answer = await this.#thread.ask({ kind: 'shape' }, signal);
    if (answer.kind !== 'shape') throw new CodedError('template.failed', "The model's chat template has no shape.");
    this.#own.adopt(answer.shape);
    return answer.shape;
  }

  #mayBeSmall(request: RenderRequest): boolean {
    if (items(request) >= this.#tooMany) return false;
    let characters = charactersOf(request.tools) + charactersOf(request.templateOptions);
    for (const message of request.messages) characters += charactersOf(message);
    return characters < ownCharacters;
  }
}

function isLimit(error: unknown): boolean {
  return error instanceof CodedError && error.cause instanceof TemplateLimit;
}

function items({ messages, tools }: RenderRequest): number {
  return messages.length + tools.length;
}

const known = new WeakMap<object, number>();

/** UTF-16 units of all texts in a value; counted once for each object. */
function charactersOf(value: unknown): number {
  if (typeof value === 'string') return value.length;
  if (typeof value !== 'object' || value === null) return 1;
  let sum = known.get(value);
  if (sum === undefined) {
    sum = 0;
    for (const [key, item] of Object.entries(value)) sum += key.length + charactersOf(item);
    known.set(value, sum);
  }
  return sum;
}
