/** Models, their memory, and the devices they run on. Sizes in bytes, times in seconds unless stated. */

export type KvType = 'f16' | 'q8_0';
export type BackendName = 'cpu' | 'vulkan' | 'cuda' | 'metal';

export interface DeviceInfo {
  readonly name: string;
  readonly description: string;
  readonly kind: 'cpu' | 'gpu' | 'igpu' | 'accel';
  readonly memoryFree: number | undefined; // undefined: the driver does not say
  readonly memoryTotal: number | undefined;
}

/** The chosen backend, and for every candidate whether it is usable and why. */
export interface BackendReport {
  readonly backend: BackendName;
  readonly candidates: readonly { readonly backend: BackendName; readonly usable: boolean; readonly reason: string }[];
  readonly devices: readonly DeviceInfo[];
}

/** What a model is for. A completion model is a base model: it continues text and fills gaps. */
export const modelRoles = ['agent', 'completion', 'embedding'] as const;
export type ModelRole = (typeof modelRoles)[number];

/** Machines that hold a model, by the GB of the memory that computes: up to 8, 12-16, 24-32, 48-64, 96-128, more. */
export const sizeClasses = ['8', '16', '32', '64', '128', 'server'] as const;
export type SizeClass = (typeof sizeClasses)[number];

/** The best class of coding agents. */
export const codingMax = 6;

/** A model of the catalogue. Undefined facts are not known. */
export interface ModelSummary {
  readonly name: string;
  readonly role: ModelRole;
  readonly family: string;
  readonly sizeClass: SizeClass;
  /** How well it works as a coding agent, from 0 to `codingMax`; undefined for other roles, and where nobody knows. */
  readonly coding: number | undefined;
  readonly path: string | undefined; // undefined: not on this machine
  readonly sizeBytes: number | undefined;
  readonly contextTokens: number | undefined;
  readonly licence: string | undefined;
  readonly source: string | undefined; // the address of the page to get it from
  readonly loaded: boolean;
  readonly description: string;
}

/** Whose files a model's are. Only Moonwright's own are Moonwright's to delete. */
export type ModelOrigin = 'moonwright' | 'hugging-face' | 'lm-studio' | 'llama.cpp' | 'ollama';

/** A model file on this machine, of the catalogue or not. */
export interface FoundModel {
  readonly name: string; // the file's own, or Ollama's name for it
  readonly path: string; // the first file
  readonly bytes: number; // of all its files
  readonly origin: ModelOrigin;
}

/** The models on this machine, and the folder for those that are imported. */
export interface FoundModels {
  readonly found: readonly FoundModel[];
  readonly folder: string | undefined; // undefined: this daemon has no folder of its own
}

export interface MemoryPlan {
  readonly model: string;
  readonly contextTokens: number; // per session
  readonly poolTokens: number; // KV cells in all
  readonly kvType: KvType;
  readonly kvBytesPerToken: number;
  readonly gpuLayers: number;
  readonly cpuExpertLayers: number;
  readonly parts: readonly MemoryPart[];
  readonly fits: boolean;
  /** One sentence per decision: what was decided, why, and what would help. */
  readonly notes: readonly string[];
  /** Only in a plan that was asked for, not where a model is loaded. */
  readonly speed: SpeedEstimate | undefined;
}

/** Where a model would run: all of it on GPUs, a part of it, in RAM only, or nowhere without reading from disk. */
export type ModelFit = 'gpu' | 'gpu-and-ram' | 'ram' | 'none';

/** What a model would be on this machine. Nothing is loaded for it, and its file need not be here. */
export interface PlannedModel {
  /** The catalogue's name of the model, also where its file goes by another; undefined: nobody described it. */
  readonly entry: string | undefined;
  readonly role: ModelRole; // of a file that nobody described: as its header says
  readonly fit: ModelFit;
  /** Where the numbers are from: its file, what its makers published, or partly a sister model of it. */
  readonly basis: 'file' | 'published' | 'assumed';
  readonly quantisation: string | undefined; // the one that is planned; undefined: that of the file
  readonly sizeBytes: number; // of its files
  readonly sizeStated: boolean; // false: computed from the quantisation's name
  readonly contextLargest: number; // tokens of one session; 0: none fits
  readonly plan: MemoryPlan;
}

/** Bytes on one device ("CPU" or the device's name). */
export interface MemoryPart {
  readonly device: string;
  readonly weights: number;
  readonly kv: number;
  readonly compute: number;
  readonly available: number | undefined;
}

/** Expected tokens per second, from bytes read per token and memory bandwidth: an upper bound. */
export interface SpeedEstimate {
  readonly decodeTokensPerSecond: number;
  readonly basis: string;
}
