import { z } from 'zod';
import type { RouteCall } from '../route.ts';
import { sendJson } from '../route.ts';
import { loadedModel } from '../model-choice.ts';
import { invalidField, optional, parseFields } from '../wire/parse-fields.ts';
import { bodyBytesMaxDefault, readJsonBody } from '../../../local/request-body.ts';

const tokenizeSchema = z.object({
  content: z.string(),
  add_special: optional(z.boolean()),
  parse_special: optional(z.boolean()),
});
const detokenizeSchema = z.object({ tokens: z.array(z.int()) });

/** POST /tokenize, as llama.cpp's server has it: the token ids of a text. */
export async function tokenize({ request, response, context }: RouteCall): Promise<void> {
  const fields = parseFields(tokenizeSchema, await readJsonBody(request, context.bodyBytesMax ?? bodyBytesMaxDefault));
  const model = loadedModel(context);
  const [ids] = await model.tokenize([fields.content], { special: fields.parse_special ?? true });
  const { bos } = model.vocabulary;
  const start = fields.add_special === true && bos !== undefined ? [bos] : [];
  sendJson(response, { tokens: [...start, ...(ids ?? [])] });
}

/** POST /detokenize: the text of token ids. */
export async function detokenize({ request, response, context }: RouteCall): Promise<void> {
  const fields = parseFields(
    detokenizeSchema,
    await readJsonBody(request, context.bodyBytesMax ?? bodyBytesMaxDefault),
  );
  const { vocabulary } = loadedModel(context);
  if (fields.tokens.some((id) => id < 0 || id >= vocabulary.size))
    throw invalidField('tokens', `Expected token ids from 0 to ${vocabulary.size - 1}.`);
  sendJson(response, { content: Buffer.concat(fields.tokens.map((id) => vocabulary.piece(id))).toString('utf8') });
}
