import { z } from 'zod';
import type { RouteCall } from '../../route.ts';
import type { EndpointModel } from '../../endpoint-model.ts';
import { CodedError } from '../../../../protocol/coded-error.ts';
import { chooseModel } from '../../model-choice.ts';
import { invalidField, optional, parseFields } from '../../wire/parse-fields.ts';
import { bodyBytesMaxDefault, readJsonBody } from '../../../../local/request-body.ts';
import { sendJson } from '../../route.ts';
import { usageBody } from '../../wire/usage.ts';

const ids = z.array(z.int()).min(1, 'Expected at least one token.');
const embeddingSchema = z.object({
  model: optional(z.string()),
  input: z.union(
    [z.string(), z.array(z.string()), ids, z.array(ids)],
    'Expected a string, an array of strings, or arrays of token ids.',
  ),
  encoding_format: optional(z.enum(['float', 'base64'])),
  dimensions: optional(z.int()),
});

/** POST /v1/embeddings: one normalised vector per input. */
export async function embeddings({ request, response, context }: RouteCall): Promise<void> {
  const fields = parseFields(embeddingSchema, await readJsonBody(request, context.bodyBytesMax ?? bodyBytesMaxDefault));
  const model = chooseModel(context, fields.model);
  if (model.embed === undefined) {
    throw new CodedError(
      'model.capability',
      `The model "${model.loaded.name}" makes no embeddings. Load an embedding model.`,
      { data: { field: 'model' } },
    );
  }
  const texts = await inputTokens(model, fields.input);
  const vectors = await model.embed(texts);
  const size = vectors[0]?.length ?? 0;
  if (fields.dimensions !== undefined && fields.dimensions !== size)
    throw invalidField('dimensions', `This model's vectors have ${size} dimensions and are not cut.`);
  const encode = fields.encoding_format === 'base64' ? base64 : (vector: Float32Array) => [...vector];
  sendJson(response, {
    object: 'list',
    model: model.loaded.name,
    data: vectors.map((vector, index) => ({ object: 'embedding', index, embedding: encode(vector) })),
    usage: embeddingUsage(texts),
  });
}

async function inputTokens(
  model: EndpointModel,
  input: z.output<typeof embeddingSchema>['input'],
): Promise<Int32Array[]> {
  const list = typeof input === 'string' || typeof input[0] === 'number' ? [input] : input;
  if (list.length === 0) throw invalidField('input', 'Expected at least one text.');
  const { bos, size } = model.vocabulary;
  return Promise.all(
    list.map(async (entry): Promise<Int32Array> => {
      const [made] =
        typeof entry === 'string'
          ? await model.tokenize([entry], { special: false })
          : [Int32Array.from(entry as number[])];
      const start = typeof entry === 'string' && bos !== undefined ? [bos] : [];
      const tokens = Int32Array.from([...start, ...(made ?? [])]);
      if (tokens.length === 0) throw invalidField('input', 'Expected texts that are not empty.');
      if (tokens.some((id) => id < 0 || id >= size))
        throw invalidField('input', `Expected token ids from 0 to ${size - 1}.`);
      return tokens;
    }),
  );
}

function base64(vector: Float32Array): string {
  const bytes = new DataView(new ArrayBuffer(vector.length * 4));
  vector.forEach((value, at) => bytes.setFloat32(at * 4, value, true));
  return Buffer.from(bytes.buffer).toString('base64');
}

function embeddingUsage(texts: readonly Int32Array[]): object {
  const tokens = texts.reduce((total, text) => total + text.length, 0);
  const { prompt_tokens, total_tokens } = usageBody(tokens, 0, 0);
  return { prompt_tokens, total_tokens };
}
