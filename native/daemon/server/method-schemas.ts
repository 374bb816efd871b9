import { z } from 'zod';
import { CodedError } from '../../protocol/coded-error.ts';
import { modelLimits } from '../../protocol/limits.ts';
import { isDeeper, nestingMax } from '../../protocol/nesting.ts';
import type { MethodName, Params } from '../../protocol/methods.ts';
import {
  chatMessage,
  messageList,
  generateOptions,
  logEntry,
  sessionSettings,
  samplingOptions,
  within,
} from './chat-schemas.ts';

const session = z.string().min(1).max(128);
const nothing = z.strictObject({});

const loadOptions = z.strictObject({
  model: z.string().min(1).max(4096),
  contextTokens: z.int().positive().optional(),
  kvType: z.enum(['auto', 'f16', 'q8_0']).optional(),
  parallel: within(modelLimits.parallel).optional(),
  threads: within(modelLimits.threads).optional(),
  gpuLayers: within(modelLimits.gpuLayers).optional(),
  cpuMoeLayers: within(modelLimits.cpuMoeLayers).optional(),
  reproducible: z.boolean().optional(),
  chatTemplate: z.string().max(1_000_000).optional(),
  sampling: samplingOptions.optional(),
});
const loadManner = { running: z.enum(['end', 'wait', 'refuse']).optional(), exactly: z.boolean().optional() };

const schemas = {
  // Loose: a client of another version may send more fields, and the answer must be about the version.
  hello: z.looseObject({ protocol: z.int(), client: z.string().max(256) }),
  'session.create': z.strictObject({
    ...sessionSettings,
    entries: messageList(logEntry).optional(),
    messages: messageList(chatMessage).optional(),
  }),
  'session.attach': z.strictObject({ session }),
  'session.append': z.strictObject({ session, messages: messageList(chatMessage) }),
  'session.measure': z.strictObject({
    ...sessionSettings,
    session: session.optional(),
    entries: messageList(logEntry).optional(),
    messages: messageList(chatMessage),
  }),
  'session.generate': z.strictObject({ session, options: generateOptions.optional() }),
  'session.fork': z.strictObject({ session, messages: z.int().nonnegative().optional() }),
  'session.rewind': z.strictObject({ session, messages: z.int().nonnegative() }),
  'session.close': z.strictObject({ session }),
  'tokens.count': z.strictObject({ texts: z.array(z.string()).max(65_536) }),
  'model.list': nothing,
  'model.find': nothing,
  'model.plan': loadOptions,
  'model.load': loadOptions.extend(loadManner),
  // A token is long enough that nobody guesses it.
  'endpoint.open': z.strictObject({
    port: z.int().nonnegative().max(65_535),
    token: z.string().regex(/^[\w-]{16,256}$/, '16 to 256 letters, digits, dashes and underscores'),
  }),
  'endpoint.close': nothing,
  'endpoint.state': nothing,
  status: nothing,
  shutdown: nothing,
} satisfies { [M in MethodName]: z.ZodType<Params<M>> };

export function isMethodName(method: string): method is MethodName {
  return Object.hasOwn(schemas, method);
}

/** Checks a client's parameters for `method`. Throws `request.invalid` naming the first wrong field. */
export function readParams<M extends MethodName>(method: M, params: unknown): Params<M> {
  const schema: z.ZodType<unknown> = schemas[method];
  if (isDeeper(params))
    throw new CodedError('request.invalid', `Expected parameters of at most ${nestingMax} levels for ${method}.`);
  const checked = schema.safeParse(params ?? {});
  if (checked.success) return checked.data as Params<M>;
  const { field, message } = firstIssue(checked.error.issues);
  throw new CodedError(
    'request.invalid',
    `Expected a valid ${field === '' ? 'request' : field} for ${method}: ${message}.`,
    { data: { field } },
  );
}

/** The first issue. In a union, the issue of the alternative that matched furthest: it tells the user most. */
function firstIssue(
  issues: readonly z.core.$ZodIssue[],
  prefix: readonly PropertyKey[] = [],
): { field: string; message: string } {
  const issue = issues[0];
  if (issue === undefined) return { field: fieldName(prefix), message: 'it is not what the protocol says' };
  const path = [...prefix, ...issue.path];
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const furthest = [...issue.errors].sort((a, b) => depthOf(b) - depthOf(a))[0];
    if (furthest !== undefined && depthOf(furthest) > 0) return firstIssue(furthest, path);
  }
  if (issue.code === 'unrecognized_keys')
    return { field: fieldName([...path, issue.keys[0] ?? '']), message: 'there is no such field' };
  return { field: fieldName(path), message: issue.message.replace(/\.$/, '') };
}

function depthOf(issues: readonly z.core.$ZodIssue[]): number {
  return issues[0]?.path.length ?? 0;
}

function fieldName(path: readonly PropertyKey[]): string {
  return path
    .map((part, at) => {
      if (typeof part === 'number') return `[${part}]`;
      return at === 0 ? String(part) : `.${String(part)}`;
    })
    .join('');
}
