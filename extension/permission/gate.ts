import type { AgentGate, GateDecision, ResolvedCall } from '../agent/agent-tools.ts';
import type { PermissionMode } from './permission-mode.ts';
import type { AskUser } from './ask-user.ts';
import { namesSecret, placeOf } from './path-place.ts';
import { decide } from './policy-order.ts';
import type { PolicyInput, Rule } from './policy.ts';
import { ruleFor } from './rules.ts';
import type { ShellReader } from './shell-command.ts';

/** What the gate has to know at the moment of a call. */
export interface GateFacts {
  mode(): PermissionMode;
  trusted(): boolean;
  roots(): readonly string[];
  rules(): readonly Rule[];
  /** Stores a rule of the user's for good. */
  addRule(rule: Rule): Promise<void>;
}

const declined = 'Error: the user declined this call.';

/**
 * Decides about every call: the policies in their order, then the user where they say ask. Owns: the grants of this
 * session. Does not own: the policies, the question's look, what a call does.
 */
export class Gate implements AgentGate {
  readonly #facts: GateFacts;
  readonly #shell: ShellReader;
  readonly #ask: AskUser;
  #grants: Rule[] = [];

  constructor(facts: GateFacts, shell: ShellReader, ask: AskUser) {
    this.#facts = facts;
    this.#shell = shell;
    this.#ask = ask;
  }

  async decide(resolved: ResolvedCall, signal: AbortSignal): Promise<GateDecision> {
    const input = await this.#input(resolved);
    const verdict = decide(input);
    if (verdict.effect === 'allow') return { allowed: true, by: verdict.by };
    if (verdict.effect === 'deny') return { allowed: false, by: verdict.by, text: verdict.text ?? declined };
    if (signal.aborted) return { allowed: false, by: 'stopped', text: declined };
    const rule = verdict.by === 'secret-ask' || verdict.by === 'outside-read-ask' ? undefined : ruleFor(input);
    const answer = await this.#ask(resolved, rule, signal);
    if (answer === 'decline') return { allowed: false, by: 'user', text: declined };
    // Trust may have been taken back, or the mode changed, while the question stood: only a refusal counts then.
    const now = decide(await this.#input(resolved));
    if (now.effect === 'deny') return { allowed: false, by: now.by, text: now.text ?? declined };
    if (rule !== undefined && answer === 'session') this.#grants = [...this.#grants, rule];
    if (rule !== undefined && answer === 'rule') await this.#facts.addRule(rule);
    return { allowed: true, by: 'user' };
  }

  async #input(resolved: ResolvedCall): Promise<PolicyInput> {
    const { access } = resolved;
    const paths = access.kind === 'read' || access.kind === 'write' ? access.paths : [];
    const commands = access.kind === 'command' ? this.#shell.read(access.command) : [];
    const place = await placeOf(paths, this.#facts.roots());
    const words = commands === 'unreadable' ? [] : commands.flatMap((command) => command.words);
    return {
      tool: resolved.call.name,
      access,
      commands,
      place: { ...place, secret: place.secret || words.some(namesSecret) },
      mode: this.#facts.mode(),
      trusted: this.#facts.trusted(),
      rules: this.#facts.rules(),
      grants: this.#grants,
    };
  }
}
