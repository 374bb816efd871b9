import { deepseekV3, deepseekV31 } from './deepseek-v3.ts';
import { glm } from './glm.ts';
import { gptOss } from './gpt-oss.ts';
import { hermesQwen } from './hermes-qwen.ts';
import { kimiK2 } from './kimi-k2.ts';
import { kimiK2Thinking } from './kimi-k2-thinking.ts';
import { llama3 } from './llama3.ts';
import { prompted } from './prompted.ts';
import { qwen3Coder } from './qwen3-coder.ts';
import type { ToolFormat } from './tool-format.ts';

/** Tried in order: a special case comes before its general family; prompted takes the rest. */
export const toolFormats: readonly ToolFormat[] = [
  kimiK2Thinking,
  kimiK2,
  gptOss,
  deepseekV31,
  deepseekV3,
  qwen3Coder,
  glm,
  hermesQwen,
  llama3,
  prompted,
];

/** The format of a model by its chat template (Jinja source; undefined: none) and GGUF architecture. */
export function formatFor(template: string | undefined, architecture: string): ToolFormat {
  return toolFormats.find((format) => format.matches(template ?? '', architecture)) ?? prompted;
}
