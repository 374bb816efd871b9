import { sentenceSize } from './plan-report.ts';
import { kvBytesPerToken } from './kv-cost.ts';
import type { Candidate, PlanInput } from './memory-plan.ts';
import { ramBudget, usableGpus } from './placement.ts';

/** Sentences with each decision, its reason and a remedy; `wanted` is the context before it shrank. */
export function planNotes(input: PlanInput, chosen: Candidate, wanted: number): string[] {
  return [
    ...contextNotes(input, chosen, wanted),
    ...kvNotes(input, chosen),
    ...placementNotes(input, chosen),
    ...memoryNotes(input, chosen),
  ];
}

function contextNotes(input: PlanInput, chosen: Candidate, wanted: number): string[] {
  const notes: string[] = [];
  if (chosen.contextTokens < wanted) {
    const needed = kvBytesPerToken(input.facts, chosen.pool.type) * wanted;
    notes.push(
      `The context is ${chosen.contextTokens} tokens and not ${wanted}: ` +
        `weights of ${sentenceSize(input.weights.total)} and a KV cache of ${sentenceSize(needed)} ` +
        'do not fit together; ' +
        'a smaller quantisation, more memory or closing other programs would help.',
    );
  }
  const parallel = input.options.parallel ?? 1;
  const contexts = Math.floor(chosen.pool.cells / Math.max(1, chosen.contextTokens));
  if (parallel > 1 && contexts < parallel) {
    notes.push(
      `${parallel} conversations share a pool of ${chosen.pool.cells} tokens: ` +
        'they run together while their sum stays below it, and wait for each other above it.',
    );
  }
  if (
    input.facts.latent === undefined &&
    input.header.metadata.number(`${input.facts.architecture}.attention.kv_lora_rank`) !== undefined
  ) {
    notes.push(
      'This file was made before llama.cpp compressed the KV cache of its architecture; ' +
        'a newer file needs far less memory.',
    );
  }
  return notes;
}

function kvNotes(input: PlanInput, chosen: Candidate): string[] {
  if (chosen.pool.type !== 'q8_0' || input.options.kvType === 'q8_0') return [];
  const saved = (kvBytesPerToken(input.facts, 'f16') - kvBytesPerToken(input.facts, 'q8_0')) * chosen.pool.cells;
  return [
    `The KV cache is kept in q8_0, which saves ${sentenceSize(saved)} against f16 with hardly any loss; ` +
      '--kv-type f16 forces the larger one.',
  ];
}

function placementNotes(input: PlanInput, chosen: Candidate): string[] {
  const { placement } = chosen;
  const notes: string[] = [];
  const unknown = input.devices.filter((device) => device.kind !== 'cpu' && !device.memoryFree && !device.memoryTotal);
  if (unknown.length > 0 && placement.gpuLayers === 0) {
    const names = unknown.map((device) => device.name).join(', ');
    notes.push(`${names} does not say how much memory it has and is not used; --gpu-layers N puts N layers there.`);
  }
  if (usableGpus(input.devices).length === 0) return notes;
  const most = input.facts.blocks + 1;
  if (placement.gpuLayers < most && input.options.gpuLayers === undefined) {
    notes.push(
      `${placement.gpuLayers} of ${most} layers are on the GPU, ` +
        'because its memory holds no more attention and KV cache; a shorter context would bring more of them there.',
    );
  }
  const expertLayers = input.weights.layers.filter((layer) => layer.experts > 0).length;
  if (placement.cpuExpertLayers.length > 0) {
    const bytes = sentenceSize(placement.experts.inRam);
    notes.push(
      `The experts of ${placement.cpuExpertLayers.length} of ${expertLayers} layers stay in RAM (${bytes}); ` +
        'attention, shared weights and KV cache come first on the GPU.',
    );
  }
  return notes;
}

function lazyNotes({ weights }: PlanInput): string[] {
  if (weights.lazy === 0) return [];
  return [
    `Tables of ${sentenceSize(weights.lazy)} stay on the disk, and a token reads a few rows of them; ` +
      'a fast disk is enough.',
  ];
}

function memoryNotes(input: PlanInput, chosen: Candidate): string[] {
  const { placement } = chosen;
  if (placement.weightsFit) return lazyNotes(input);
  const over = placement.parts.slice(1).find((part) => part.weights + part.kv + part.compute > (part.available ?? 0));
  if (over !== undefined) {
    const needed = sentenceSize(over.weights + over.kv + over.compute);
    const available = sentenceSize(over.available ?? 0);
    return [
      `${over.device} would need ${needed} of its ${available}; fewer --gpu-layers or more --cpu-moe would help.`,
    ];
  }
  const cpu = placement.parts[0];
  const need = cpu === undefined ? 0 : cpu.weights + cpu.kv + cpu.compute;
  const has = ramBudget(input.ram);
  const advice = 'a smaller quantisation, a smaller model or more memory would help';
  if (!placement.residentFits) {
    const resident = cpu === undefined ? 0 : cpu.kv + cpu.compute;
    return [
      `RAM has ${sentenceSize(has)} to give and ${sentenceSize(resident)} are needed ` +
        `for the KV cache and computing alone; a shorter context, or ${advice}.`,
    ];
  }
  return [
    `RAM would need ${sentenceSize(need)} and has ${sentenceSize(has)} to give, ` +
      `so weights would be read from disk for every token, which is very slow; ${advice}.`,
  ];
}
