import type { NativeGrammar, NativeSampling } from '../../addon/contract.ts';
import type { ToolChoice, ToolDefinition } from '../../protocol/chat.ts';
import { CodedError } from '../../protocol/coded-error.ts';
import { priorities } from '../../protocol/generation.ts';
import type { GenerateOptions } from '../../protocol/generation.ts';
import { isWithin, limitText, logprobsLimit, stopsMax, thinkingBudgetLimit } from '../../protocol/limits.ts';
import type { TurnPrompt } from '../chat/conversation.ts';
import { answerRule, responseGrammar } from '../chat/schema/response-grammar.ts';
import type { AnswerPrefix } from '../chat/schema/response-grammar.ts';
import { withMarkTokens } from '../chat/formats/grammar/mark-tokens.ts';
import type { ToolGrammar } from '../chat/formats/tool-format.ts';
import type { Vocabulary } from '../chat/vocabulary.ts';
import type { RunRequest } from '../kv/run-request.ts';
import type { Chat } from './model-runtime.ts';
import { toNativeSampling } from './sampling.ts';

/** A bias that rules a token out: no logit is larger. */
const forbidden = -1000;
/** Tokens sent at once when a reply may be a call: nothing can be shown before its markers and name are complete. */
const callBeginTokens = 16;

/** The tool choice of a turn. Throws `request.invalid` when `options` asks for a tool that the session lacks. */
export function toolChoice(options: GenerateOptions, tools: readonly ToolDefinition[]): ToolChoice {
  const choice = options.toolChoice ?? (tools.length === 0 ? 'none' : 'auto');
  if (typeof choice === 'object' && !tools.some((tool) => tool.name === choice.name)) {
    throw invalid('toolChoice', `There is no tool ${choice.name.slice(0, 80)} in this session: name one of its tools.`);
  }
  if (choice === 'required' && tools.length === 0)
    throw invalid('toolChoice', 'A call is required, but the session has no tools.');
  return tools.length === 0 ? 'none' : choice;
}

/**
 * The runner's request for the turn that follows `prompt`; its grammar is not checked yet. Throws `request.invalid`,
 * and `grammar.invalid` for a schema that cannot become a grammar.
 */
export function turnRequest(
  model: Chat,
  prompt: TurnPrompt,
  tools: readonly ToolDefinition[],
  options: GenerateOptions,
): Omit<RunRequest, 'ready'> {
  const { maxTokens, stop = [], logprobs, thinkingBudget = 0 } = options;
  if (maxTokens !== undefined && (!Number.isInteger(maxTokens) || maxTokens < 1))
    throw invalid('maxTokens', `Expected a whole number above 0 for maxTokens but received ${maxTokens}.`);
  if (stop.length > stopsMax || stop.some((text) => text === ''))
    throw invalid('stop', `Expected at most ${stopsMax} stop strings, none of them empty.`);
  if (logprobs !== undefined && !isWithin(logprobsLimit, logprobs))
    throw invalid('logprobs', `Expected ${limitText(logprobsLimit)} for logprobs but received ${logprobs}.`);
  if (!isWithin(thinkingBudgetLimit, thinkingBudget))
    throw invalid(
      'thinkingBudget',
      `Expected ${limitText(thinkingBudgetLimit)} for thinkingBudget but received ${thinkingBudget}.`,
    );
  const sampling = toNativeSampling(options.sampling, model.samplingDefaults);
  const { size } = model.vocabulary;
  const foreign = sampling.logitBias.find(({ token }) => token >= size);
  if (foreign !== undefined)
    throw invalid(
      'sampling.logitBias',
      `The model has ${size} tokens: there is no token ${foreign.token} for sampling.logitBias.`,
    );
  const grammar = turnGrammar(model, prompt, tools, options);
  return {
    prompt: prompt.ids,
    maxTokens,
    sampling: { ...sampling, logitBias: [...sampling.logitBias, ...unwritten(grammar, model)] },
    grammar,
    stopStrings: stop,
    stopTokens: Int32Array.from(
      (model.chatModel.format.ends ?? []).flatMap((text) => model.vocabulary.idOf(text) ?? []),
    ),
    logprobs: logprobs ?? -1,
    eager: tools.length > 0 ? callBeginTokens : 1,
    priority: priorities[options.priority ?? 'agent'],
  };
}

/**
 * The grammar of a turn. A required call constrains the whole reply. So does a response format; JSON formats allow
 * calls instead, while a client's own grammar does not. Otherwise a call is constrained from its beginning on.
 */
function turnGrammar(
  model: Chat,
  prompt: TurnPrompt,
  tools: readonly ToolDefinition[],
  options: GenerateOptions,
): NativeGrammar | undefined {
  const { format, mayReason } = model.chatModel;
  const start = { prompt: prompt.text, mayReason };
  const marks = markTokens(model);
  const prefix = format.answerPrefix(start);
  const answerPrefix: AnswerPrefix | undefined = prefix && ((rules) => withMarkTokens(prefix(rules), marks));
  const choice = toolChoice(options, tools);
  const isForced = choice === 'required' || typeof choice === 'object';
  const { responseFormat } = options;
  const isJson = responseFormat?.type === 'json' || responseFormat?.type === 'schema';
  if (!isForced && responseFormat !== undefined && !(isJson && choice === 'auto')) {
    const response = responseGrammar(responseFormat, answerPrefix);
    if (response !== undefined) return { ...response, triggerTokens: new Int32Array(0), triggerPatterns: [] };
  }
  if (choice === 'none') return undefined;
  const answer: AnswerPrefix | undefined = isJson ? (rules) => answerRule(rules, responseFormat, prefix) : undefined;
  const grammar = format.grammar({
    tools,
    choice,
    // A weak model that must call would go on with the same call until its tokens end.
    parallel: options.parallelToolCalls ?? !isForced,
    ...start,
    answer,
  });
  for (const note of grammar?.notes ?? []) model.note(note);
  return grammar === undefined ? undefined : nativeGrammar(grammar, model.vocabulary, marks);
}

/**
 * Triggers on the token where a trigger text is one token of the vocabulary, and on a pattern of the text otherwise.
 */
function nativeGrammar(
  { gbnf, root, triggerTexts, triggerPatterns }: ToolGrammar,
  vocabulary: Vocabulary,
  marks: ReadonlyMap<string, number>,
): NativeGrammar {
  const tokens = triggerTexts.map((text) => ({ text, id: vocabulary.idOf(text) }));
  return {
    gbnf: withMarkTokens(gbnf, marks),
    root,
    triggerTokens: Int32Array.from(tokens.flatMap(({ id }) => (id === undefined ? [] : [id]))),
    triggerPatterns: [
      ...tokens.flatMap(({ text, id }) => (id === undefined ? [escapePattern(text)] : [])),
      ...triggerPatterns,
    ],
  };
}

/** The family's marks that are tokens of the vocabulary, with their ids. */
function markTokens({ chatModel, vocabulary }: Chat): ReadonlyMap<string, number> {
  const found = chatModel.format.markers.map((text) => [text, vocabulary.idOf(text)] as const);
  return new Map(found.flatMap(([text, id]) => (id === undefined ? [] : [[text, id] as const])));
}

/** Whether a grammar holds the whole reply, not only a call from its beginning on. */
export function isWhole({ triggerTokens, triggerPatterns }: NativeGrammar): boolean {
  return triggerTokens.length === 0 && triggerPatterns.length === 0;
}

/**
 * Biases against special tokens that a grammar for the whole reply does not contain, nor the end of thoughts that may
 * come first. The grammar would accept such a token inside a JSON string, because its text fits, but the reply's parser
 * would read it as a marker.
 */
function unwritten(grammar: NativeGrammar | undefined, { vocabulary, chatModel }: Chat): NativeSampling['logitBias'] {
  if (grammar === undefined || !isWhole(grammar)) return [];
  const { format, mayReason, promptTokenizer } = chatModel;
  const ends = mayReason ? (format.reasoning?.endings ?? []) : [];
  const written = promptTokenizer.specialsIn([grammar.gbnf, ...ends].join('\n'));
  for (const [, id] of grammar.gbnf.matchAll(/<\[(\d+)\]>/g)) written.add(Number(id));
  return vocabulary
    .specialTokens()
    .flatMap(({ id }) => (vocabulary.isEnd(id) || written.has(id) ? [] : [{ token: id, bias: forbidden }]));
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

function invalid(field: string, message: string): CodedError {
  return new CodedError('request.invalid', message, { data: { field } });
}
