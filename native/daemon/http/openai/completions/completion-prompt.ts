import type { RawPrompt } from './completion-request.ts';
import type { FillTokens, EndpointModel } from '../../endpoint-model.ts';
import { CodedError } from '../../../../protocol/coded-error.ts';
import { invalidField } from '../../wire/parse-fields.ts';

/**
 * Prompts as token ids. Token ids are taken as they are; text gets the model's start token, and texts of special
 * tokens in it become them, since a raw prompt may be a chat the client rendered. With a `suffix` the prompt is the
 * text before the gap; both halves are a file's text, without special tokens. Throws model.capability when the
 * model does not fill gaps, request.invalid for an empty prompt.
 */
export async function promptTokens(
  model: EndpointModel,
  prompts: readonly RawPrompt[],
  suffix: string | undefined,
): Promise<Int32Array[]> {
  const all =
    suffix === undefined || suffix === ''
      ? await Promise.all(prompts.map((prompt) => plainTokens(model, prompt)))
      : await fillTokens(model, prompts, suffix);
  if (all.some((ids) => ids.length === 0))
    throw invalidField('prompt', 'Expected a prompt that is not empty: this model has no start token.');
  return all;
}

async function plainTokens(model: EndpointModel, prompt: RawPrompt): Promise<Int32Array> {
  if (typeof prompt !== 'string') return Int32Array.from(prompt);
  return withStart(model, await tokensOf(model, prompt, { special: true }));
}

async function fillTokens(model: EndpointModel, prompts: readonly RawPrompt[], suffix: string): Promise<Int32Array[]> {
  const { fill } = model.vocabulary;
  if (fill === undefined) {
    throw new CodedError(
      'model.capability',
      `The model "${model.loaded.name}" has no tokens for filling a gap. Leave out suffix.`,
      { data: { field: 'suffix' } },
    );
  }
  const after = await tokensOf(model, suffix, { special: false });
  return Promise.all(
    prompts.map(async (prompt) => {
      const before =
        typeof prompt === 'string' ? await tokensOf(model, prompt, { special: false }) : Int32Array.from(prompt);
      return withStart(model, gap(fill, before, after));
    }),
  );
}

/** The text in front of the gap and the text behind it, in the order that the model is trained with. */
function gap(fill: FillTokens, before: Int32Array, after: Int32Array): Int32Array {
  const front = [fill.prefix, ...before];
  const back = [fill.suffix, ...after];
  return Int32Array.from([...(fill.suffixFirst ? [...back, ...front] : [...front, ...back]), fill.middle]);
}

function withStart(model: EndpointModel, ids: Int32Array): Int32Array {
  const { bos } = model.vocabulary;
  // A rendered chat brings its own start token, and two of them confuse a model.
  return bos === undefined || ids[0] === bos ? ids : Int32Array.from([bos, ...ids]);
}

async function tokensOf(
  model: EndpointModel,
  text: string,
  options: { readonly special: boolean },
): Promise<Int32Array> {
  const [ids] = await model.tokenize([text], options);
  return ids ?? new Int32Array();
}
