import type { BrokenToolCall, ToolCall, ToolDefinition } from '../../../../protocol/chat.ts';
import type { JsonObject } from '../../../../protocol/json-object.ts';
import { fitsParameters } from './argument-fit.ts';
import { readObject } from './argument-repair.ts';
import { inferTool, resolveTool } from './tool-names.ts';
import { schemaObject } from '../tool-schema.ts';

/** A call as the model wrote it, not yet checked. */
export interface WrittenCall {
  readonly name: string;
  /** The call's id, given the name of the intended tool (or the text written instead). */
  readonly idFor: (tool: string) => string;
  /** JSON text of the arguments, as far as it came. */
  readonly argumentsText: string;
  /** The whole call as text without markers, to show if it is broken. */
  readonly text: string;
  /** The reply ended before the call was complete, whether it was cut or the model stopped there. */
  readonly cut: boolean;
  /** The model stopped there by itself. */
  readonly stopped?: boolean;
  /** Its end is missing, though all that was begun is complete: it is cut if it lacks something. */
  readonly unclosed?: boolean;
  /** No grammar held it to the tool's parameters: it stood where calls are often only mentioned. */
  readonly isFree?: boolean;
  /** Something other than name and arguments was repaired already. */
  readonly repaired?: boolean;
}

export type SettledCall =
  | { readonly kind: 'call'; readonly call: ToolCall; readonly repaired: boolean }
  | { readonly kind: 'broken'; readonly broken: BrokenToolCall };

/**
 * Turns a written call into one that can be made, repaired where its meaning is clear, or into a broken one with advice
 * for the model. Incomplete arguments never become a call, nor do repaired ones without a required key.
 * @param streamed the part of the arguments that was passed on already: a repair that changes it is wrong.
 */
export function settleCall(written: WrittenCall, tools: readonly ToolDefinition[], streamed: string): SettledCall {
  const resolved = resolveTool(written.name, tools);
  const broken = (advice: string, partial = ''): SettledCall => ({
    kind: 'broken',
    broken: {
      ...(partial === '' ? {} : { partial }),
      text: written.text,
      id: written.idFor(resolved?.tool.name ?? written.name),
      name: resolved?.tool.name ?? (written.name || undefined),
      advice,
    },
  });
  if (tools.length === 0) return broken('Error: no tools can be called here. Answer in plain text.');
  const cutOff = (): SettledCall =>
    broken(
      `Error: the call${ofTool(written.name)} was cut off before its end and was not made. ` +
        'Make it again, in smaller parts if it is long.',
      streamed,
    );
  // A tool that is not offered may take something else than JSON: its text is not half of it.
  const isForeign = written.stopped === true && !resolved && written.name !== '';
  if (written.cut) return isForeign ? broken(unknownToolAdvice(written.name, tools)) : cutOff();
  const read = readObject(written.argumentsText);
  const tool =
    resolved?.tool ?? (read && looksLikeId(written.name) ? inferTool(Object.keys(read.value), tools) : undefined);
  if (!tool) return broken(unknownToolAdvice(written.name, tools));
  if (!read)
    return broken(`Error: the arguments of ${tool.name} are not a JSON object. Call it again with ${expected(tool)}.`);
  const repaired = read.repaired || resolved?.exact !== true || written.repaired === true;
  const { properties, required } = schemaObject(tool.parameters);
  const missing = required.filter((key) => !Object.hasOwn(read.value, key));
  if (written.unclosed === true && (missing.length > 0 || Object.keys(read.value).length === 0)) return cutOff();
  // The repair may have turned text into keys.
  const strange =
    read.repaired && properties.size > 0 ? Object.keys(read.value).filter((key) => !properties.has(key)) : [];
  const changed = read.repaired && !read.json.startsWith(streamed);
  if (changed || (strange.length > 0 && !admitsOthers(tool))) {
    return broken(
      `Error: the arguments of ${tool.name} are not valid JSON. ` +
        `Escape quotes and newlines inside strings, and call it again with ${expected(tool)}.`,
    );
  }
  if (read.repaired && missing.length > 0) {
    return broken(
      `Error: the arguments of ${tool.name} lack ${missing.join(', ')}. Call it again with ${expected(tool)}.`,
    );
  }
  if (written.isFree === true && !fitsParameters(tool, read.value as JsonObject)) {
    return broken(
      `Error: the arguments of ${tool.name} do not fit its parameters. Call it again with ${expected(tool)}.`,
    );
  }
  return { kind: 'call', call: { id: written.idFor(tool.name), name: tool.name, arguments: read.json }, repaired };
}

function admitsOthers({ parameters }: ToolDefinition): boolean {
  if (typeof parameters === 'boolean') return true;
  const others = parameters['additionalProperties'];
  return others === true || typeof others === 'object' || parameters['patternProperties'] !== undefined;
}

/** The sentence for a tool that is not offered. */
function unknownToolAdvice(name: string, tools: readonly ToolDefinition[]): string {
  const names = tools.map((tool) => tool.name).join(', ');
  const what = name === '' ? 'the call names no tool' : `there is no tool named ${shortened(name)}`;
  return `Error: ${what}. Use one of these: ${names}.`;
}

function expected(tool: ToolDefinition): string {
  const { properties, required } = schemaObject(tool.parameters);
  const keys = required.length > 0 ? required : [...properties.keys()];
  return keys.length === 0 ? 'an empty JSON object, {}' : `a JSON object that has ${keys.join(', ')}`;
}

/** Ids that other systems make up instead of naming the tool: `call_abc`, `call_0`, `chatcmpl-tool-1f`, a number. */
function looksLikeId(name: string): boolean {
  return name === '' || /^(?:(?:call|toolu|chatcmpl-tool|tool_call|fc)[_-][\w-]*|\d+)$/.test(name);
}

function ofTool(name: string): string {
  return name === '' ? '' : ` of ${shortened(name)}`;
}

function shortened(name: string): string {
  const line = name.replace(/\s+/g, ' ').trim();
  return line.length > 60 ? `${line.slice(0, 60)}...` : line;
}
