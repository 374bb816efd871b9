/**
 * The numbers of a model's published config.json that a memory plan is made of. They stand in for the header of a GGUF
 * that is not on this machine. Sizes in elements; what a model does not have is absent.
 */
export interface PublishedShape {
  readonly layers: number; // without multi-token-prediction blocks: the engine does not load those
  readonly embedding: number;
  readonly vocabulary: number;
  readonly tied?: boolean; // the embedding is the output matrix, too
  readonly heads: number;
  readonly kvHeads: number;
  readonly headSize: number; // of a key; with `latent`, without its rotary part
  readonly gated?: boolean; // attention has an output gate as large as its queries
  readonly denseWidth?: number; // feed-forward length of layers without experts
  readonly latent?: LatentShape;
  readonly window?: WindowShape;
  readonly recurrent?: RecurrentShape;
  readonly experts?: ExpertShape;
  readonly attentionElements?: number; // of one layer, where no formula here describes it
  readonly lookupBytes?: number; // tables that are read row by row, whatever the quantisation of the rest
}

/** Multi-head latent attention. */
interface LatentShape {
  readonly rank: number; // kv_lora_rank
  readonly rope: number; // qk_rope_head_dim
  readonly value: number; // v_head_dim
  readonly queryRank?: number; // q_lora_rank
}

/** Layers that see only the last tokens: all but every `period`-th. */
interface WindowShape {
  readonly tokens: number;
  readonly period: number;
  readonly fullFirst?: boolean; // the first of each period is the full one, not the last
  readonly kvHeads?: number; // where they differ from those of the full layers
  readonly headSize?: number;
}

/** Layers with a state instead of a cache: all but every `interval`-th, and all but the last where `lastIsFull`. */
interface RecurrentShape {
  readonly interval: number;
  readonly size: number; // of one head
  readonly heads: number;
  readonly groups?: number; // key heads of a gated delta net; Kimi's delta attention has none
  readonly lastIsFull?: boolean;
  readonly fullGate?: boolean; // its output gate is one matrix, not two thin ones
}

interface ExpertShape {
  readonly count: number;
  readonly used: number;
  readonly width: number;
  readonly shared?: number;
  readonly denseLayers?: number; // the first layers, without experts
  readonly latentWidth?: number; // experts work in this smaller space
}
