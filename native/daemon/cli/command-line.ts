import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { CodedError, reasonOf } from '../../protocol/coded-error.ts';
import type { LoadOptions } from '../../protocol/methods.ts';
import type { BackendName } from '../../protocol/model.ts';
import { contextTokensMin } from '../plan/context-choice.ts';

export interface ServeOptions {
  readonly load: LoadOptions | undefined; // undefined: start without a model
  readonly port: number;
  readonly http: boolean;
  readonly token: string | undefined; // undefined: make one
  readonly backend: BackendName | 'auto';
  readonly stateDirectory: string | undefined; // undefined: the user's own
  readonly idleMs: number | undefined;
  /** Other names of the loaded model for clients over HTTP. */
  readonly aliases: readonly string[];
  readonly allowedOrigins: readonly string[];
  readonly verbose: boolean;
}

export type Command =
  | { readonly kind: 'help' }
  | { readonly kind: 'version' }
  | { readonly kind: 'plan'; readonly load: LoadOptions; readonly backend: BackendName | 'auto' }
  | { readonly kind: 'serve'; readonly options: ServeOptions };

const backends = ['auto', 'cpu', 'vulkan', 'cuda', 'metal'] as const;
const kvTypes = ['auto', 'f16', 'q8_0'] as const;

const options = {
  model: { type: 'string' },
  port: { type: 'string' },
  http: { type: 'boolean' },
  token: { type: 'string' },
  context: { type: 'string' },
  'chat-template': { type: 'string' },
  'kv-type': { type: 'string' },
  parallel: { type: 'string' },
  threads: { type: 'string' },
  backend: { type: 'string' },
  'gpu-layers': { type: 'string' },
  'cpu-moe': { type: 'string' },
  reproducible: { type: 'boolean' },
  'state-dir': { type: 'string' },
  'idle-exit': { type: 'string' },
  alias: { type: 'string', multiple: true },
  'allow-origin': { type: 'string', multiple: true },
  verbose: { type: 'boolean' },
  help: { type: 'boolean', short: 'h' },
  version: { type: 'boolean' },
} as const;

const purpose = 'runs a mixture-of-experts model for Moonwright and for OpenAI clients on this machine.';

export const helpText = `moonwright-daemon: ${purpose}

  moonwright-daemon [--model NAME|PATH.gguf] [options]   run in the foreground until SIGTERM or SIGINT
  moonwright-daemon plan MODEL|URL [options]             print memory plan and expected speed, load nothing; of a file
                                                         on the web only its first bytes are read

  --model NAME|PATH.gguf   model from the catalogue (nano needs no download) or a file; none: wait for model.load
  --port N                 port on 127.0.0.1; 0, the default, takes a free one
  --http                   serve clients of OpenAI, Anthropic and Ollama on the same port
  --token T                token of clients; better the variable MOONWRIGHT_TOKEN; none: a random one
  --context N              tokens per session, also as 32k; default 131072 where the model allows
  --chat-template FILE     Jinja to use in place of the model's own chat template
  --kv-type auto|f16|q8_0  type of the KV cache; auto chooses by memory
  --parallel N             requests computed at a time
  --threads N              threads of the CPU backend, at most one per processor; fewer while others want them
  --backend NAME           auto, cpu, vulkan, cuda or metal
  --gpu-layers N           layers on the GPU; default: what fits
  --cpu-moe N              layers whose experts stay in RAM; default: what does not fit
  --reproducible           equal requests with equal seeds get equal texts: one is computed at a time, always with as
                           many threads, and its whole prompt each time
  --state-dir DIR          lock, discovery file and log; one daemon per directory
  --idle-exit SECONDS      end after that time without a client
  --alias NAME             another name of the model for HTTP clients; may be repeated
  --allow-origin URL       let pages of this origin connect, also of an app (app://, tauri://); may be repeated
  --verbose                log more
  --help, --version

When ready it prints one line of JSON on stdout: port, url, token, pid, model, backend, context. Logs go to stderr.
Status 0 after an orderly end, 2 for a bad option or model, 1 for anything else.
`;

/** Reads the arguments after the program's name. Throws `option.invalid` with one sentence. */
export function readCommandLine(args: readonly string[], env: NodeJS.ProcessEnv): Command {
  const { values, positionals } = parse(args);
  if (values.help === true) return { kind: 'help' };
  if (values.version === true) return { kind: 'version' };
  const [verb, argument, extra] = positionals;
  const surplus = verb === 'plan' ? extra : verb;
  if (surplus !== undefined) throw invalid(`Unexpected argument ${surplus}: a model is named with --model`);
  const backend = choice('backend', values.backend, backends) ?? 'auto';
  if (verb === 'plan') {
    const model = argument ?? values.model;
    if (model === undefined) throw invalid('Expected a model after plan: a name or the path of a .gguf file');
    return { kind: 'plan', backend, load: loadOptions(model, values) };
  }
  const idleSeconds = wholeNumber('idle-exit', values['idle-exit'], { least: 1, most: 1_000_000 });
  return {
    kind: 'serve',
    options: {
      load: values.model === undefined ? noModel(values) : loadOptions(values.model, values),
      port: wholeNumber('port', values.port, { least: 0, most: 65_535 }) ?? 0,
      http: values.http === true,
      token: tokenOf(values.token, env),
      backend,
      stateDirectory: values['state-dir'],
      idleMs: idleSeconds === undefined ? undefined : idleSeconds * 1000,
      aliases: (values.alias ?? []).map(aliasOf),
      allowedOrigins: (values['allow-origin'] ?? []).map(originOf),
      verbose: values.verbose === true,
    },
  };
}

type Values = ReturnType<typeof parse>['values'];

function parse(args: readonly string[]) {
  try {
    return parseArgs({ args: [...args], options, allowPositionals: true, strict: true });
  } catch (error) {
    // Node's first sentence says what is wrong; the rest is advice about its own syntax.
    const text = error instanceof Error ? (error.message.split(/\.\s|\n/)[0] ?? '') : String(error);
    const plain = text.replaceAll("'", '').replace(/\.$/, '');
    const dashed = /^Option (--[\w-]+) argument is ambiguous/.exec(plain)?.[1];
    throw invalid(dashed === undefined ? plain : `The value of ${dashed} begins with a dash: write ${dashed}=VALUE`);
  }
}

function loadOptions(model: string, values: Values): LoadOptions {
  if (model === '') throw invalid('Expected a name or the path of a .gguf file for --model');
  const layers = { least: 0, most: 100_000 };
  return {
    model,
    contextTokens: contextOf(values.context),
    chatTemplate: templateOf(values['chat-template']),
    kvType: choice('kv-type', values['kv-type'], kvTypes),
    parallel: wholeNumber('parallel', values.parallel, { least: 1, most: 256 }),
    threads: wholeNumber('threads', values.threads, { least: 1, most: 1024 }),
    gpuLayers: wholeNumber('gpu-layers', values['gpu-layers'], layers),
    cpuMoeLayers: wholeNumber('cpu-moe', values['cpu-moe'], layers),
    ...(values.reproducible === true ? { reproducible: true } : {}),
  };
}

function noModel(values: Values): undefined {
  const useless = (
    ['context', 'chat-template', 'kv-type', 'parallel', 'threads', 'gpu-layers', 'cpu-moe', 'reproducible'] as const
  ).find((name) => values[name] !== undefined);
  if (useless !== undefined) throw invalid(`Expected --model together with --${useless}`);
}

function templateOf(file: string | undefined): string | undefined {
  if (file === undefined) return undefined;
  try {
    return readFileSync(file, 'utf8');
  } catch (error) {
    throw invalid(`Expected a file that can be read for --chat-template: ${reasonOf(error)}`);
  }
}

function contextOf(value: string | undefined): number | undefined {
  const kilo = /^(\d+)k$/i.exec(value ?? '');
  return wholeNumber('context', kilo === null ? value : String(Number(kilo[1]) * 1024), {
    least: contextTokensMin,
    most: 100_000_000,
  });
}

function wholeNumber(
  name: string,
  value: string | undefined,
  { least, most }: { least: number; most: number },
): number | undefined {
  if (value === undefined) return undefined;
  const number = Number(value);
  if (!/^\d+$/.test(value) || number < least || number > most)
    throw invalid(
      `Expected a whole number from ${least} to ${most} for --${name} but received ${value === '' ? 'nothing' : value}`,
    );
  return number;
}

function choice<T extends string>(name: string, value: string | undefined, known: readonly T[]): T | undefined {
  if (value === undefined) return undefined;
  const found = known.find((each) => each === value);
  if (found === undefined)
    throw invalid(`Expected one of ${known.join(', ')} for --${name} but received ${value === '' ? 'nothing' : value}`);
  return found;
}

function tokenOf(option: string | undefined, env: NodeJS.ProcessEnv): string | undefined {
  const token = option ?? (env.MOONWRIGHT_TOKEN === '' ? undefined : env.MOONWRIGHT_TOKEN);
  if (token !== undefined && !/^[\x21-\x7e]{1,512}$/.test(token))
    throw invalid('Expected printable ASCII without spaces for the token');
  return token;
}

function aliasOf(value: string): string {
  if (!/^[\x21-\x7e]{1,200}$/.test(value)) throw invalid('Expected printable ASCII without spaces for --alias');
  return value;
}

/** Apps and extensions have origins of schemes of their own: `app://name`, `vscode-webview://id`. */
const appOrigin = /^(?!https?:|file:)[a-z][a-z0-9+.-]*:\/\/[a-z0-9._-]+$/i;

function originOf(value: string): string {
  if (appOrigin.test(value)) return value.toLowerCase();
  const url = URL.canParse(value) ? new URL(value) : undefined;
  if (url === undefined || url.origin === 'null' || url.origin !== value.replace(/\/$/, ''))
    throw invalid(`Expected an origin such as http://localhost:3000 for --allow-origin but received ${value}`);
  return url.origin;
}

function invalid(sentence: string): CodedError {
  return new CodedError('option.invalid', `${sentence}. See --help.`);
}
