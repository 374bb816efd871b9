import { deepseekV32, deepseekV4 } from './deepseek-dsml.ts';
import { deepseekV3, deepseekV31 } from './deepseek-v3.ts';
import { functionaryRecipients, functionaryTags } from './functionary.ts';
import { gemma4 } from './gemma4.ts';
import { glm } from './glm.ts';
import { gptOss } from './gpt-oss.ts';
import { hermesQwen } from './hermes-qwen.ts';
import { hunyuan } from './hunyuan.ts';
import { kimiK2 } from './kimi-k2.ts';
import { kimiK2Thinking } from './kimi-k2-thinking.ts';
import { kimiK3 } from './kimi-k3.ts';
import { lfm2 } from './lfm2.ts';
import { llama3 } from './llama3.ts';
import { miniCpm } from './minicpm.ts';
import { minimaxM2 } from './minimax-m2.ts';
import { minimaxM3 } from './minimax-m3.ts';
import { mistral } from './mistral.ts';
import { museGlimmer } from './muse-glimmer.ts';
import { objectLists } from './object-lists.ts';
import { prompted, promptedWith } from './prompted.ts';
import { qwen3Coder } from './qwen3-coder.ts';
import { thinkingMarks } from './reading/thinking-marks.ts';
import { seedOss } from './seed-oss.ts';
import { solarOpen } from './solar-open.ts';
import type { ToolFormat } from './tool-format.ts';

/** Tried in order: a special case comes before its general family; prompted takes the rest. */
export const toolFormats: readonly ToolFormat[] = [
  kimiK3,
  kimiK2Thinking,
  kimiK2,
  gptOss,
  deepseekV32,
  deepseekV4,
  deepseekV31,
  deepseekV3,
  mistral,
  seedOss,
  minimaxM3,
  minimaxM2,
  gemma4,
  museGlimmer,
  lfm2,
  solarOpen,
  functionaryRecipients,
  functionaryTags,
  miniCpm,
  hunyuan,
  ...objectLists,
  qwen3Coder,
  glm,
  hermesQwen,
  llama3,
  prompted,
];

/**
 * The format of a model by its chat template (Jinja source; undefined: none), GGUF architecture and the texts of its
 * special tokens.
 */
export function formatFor(
  template: string | undefined,
  architecture: string,
  specialTexts: readonly string[] = [],
): ToolFormat {
  const source = template ?? '';
  const found = toolFormats.find((format) => format !== prompted && format.matches(source, architecture));
  return found ?? promptedWith(thinkingMarks(source, specialTexts));
}
