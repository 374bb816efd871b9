import type { NativeModelInfo } from '../../addon/contract.ts';
import type { SamplingOptions } from '../../protocol/generation.ts';

/** Suits most models that come without a recommendation. */
const fallbackSampling: SamplingOptions = { temperature: 0.7, topP: 0.95 };

/** The chat template to use: the default one, unless only the model's tool template mentions tools. */
export function chatTemplate({ chatTemplates }: Pick<NativeModelInfo, 'chatTemplates'>): string | undefined {
  // Converters write an empty one for a model without.
  const written = Object.fromEntries(Object.entries(chatTemplates).filter(([, source]) => source.trim() !== ''));
  const { default: usual, tool_use: withTools } = written;
  if (withTools !== undefined && !/\btools?\b/.test(usual ?? '')) return withTools;
  return usual ?? withTools ?? Object.values(written)[0];
}

/** Whether the model makes embeddings instead of text: it has no decoder, or its file names a pooling type. */
export function makesEmbeddings({
  architecture,
  hasDecoder,
  metadata,
}: Pick<NativeModelInfo, 'architecture' | 'hasDecoder' | 'metadata'>): boolean {
  const pooling = metadata[`${architecture}.pooling_type`];
  return !hasDecoder || (pooling !== undefined && pooling !== '0');
}

/** The sampling that the GGUF recommends (`general.sampling.*`), for models that are not in the catalogue. */
export function recommendedSampling(metadata: Readonly<Record<string, string>>): SamplingOptions {
  const value = (key: string): number | undefined => {
    const text = metadata[`general.sampling.${key}`];
    const number = text === undefined ? Number.NaN : Number(text);
    return Number.isFinite(number) ? number : undefined;
  };
  const found = {
    temperature: value('temp'),
    topK: value('top_k'),
    topP: value('top_p'),
    minP: value('min_p'),
    repeatPenalty: value('penalty_repeat'),
  };
  return Object.values(found).some((each) => each !== undefined) ? found : fallbackSampling;
}
