import type { Access, AgentGate, AskedCall, GateDecision } from '../agent/agent-tools.ts';
import { Refusal } from '../rewrite/refusal.ts';
import { translate } from '../translation.ts';
import { placeOfLine } from './command-place.ts';
import { namesBelow, namesGuarded } from './guarded-files.ts';
import { deniedFiles, hiddenFiles } from './hidden-files.ts';
import { placeOf } from './path-place.ts';
import type { PermissionMode } from './permission-mode.ts';
import { decide } from './policy-order.ts';
import type { PolicyInput, Rule } from './policy.ts';
import { mayFind, onlyReads } from './read-only-line.ts';
import { rulesFor } from './rules.ts';
import type { ShellReader } from './shell/shell-command.ts';
import type { ShellLine } from './shell/shell-line.ts';
import type { AskUser } from './user-answer.ts';

/** State that the gate reads at the moment of a call. */
export interface GateFacts {
  mode(): PermissionMode;
  trusted(): boolean;
  roots(): readonly string[];
  rules(): readonly Rule[];
  /** Whether commands that only read run without a question. */
  readOnlyCommands(): boolean;
  /** The user's globs of more, or fewer, files whose change is asked for. */
  guardedFiles(): readonly string[];
  /** Stores rules of the user's for good. */
  addRules(rules: readonly Rule[]): Promise<void>;
}

const declined = 'Error: the user declined this call.';

/**
 * Decides about every call: the policies in their order, then the user where they say ask. Owns: the grants of this
 * session. Does not own: the policies, how the question looks, what a call does.
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

  async mayLook(access: Access): Promise<boolean> {
    const input = await this.#input(access);
    if (decide(input).effect === 'deny') return false;
    // A command is shown with what it could not undo; that is a look at the sizes of the workspace's files only.
    return access.kind === 'command' || !(input.place.outside || input.place.secret);
  }

  async decide(asked: AskedCall, signal: AbortSignal): Promise<GateDecision> {
    const input = await this.#input(asked.access);
    const verdict = decide(input);
    if (verdict.effect === 'allow') return { allowed: true, by: verdict.name };
    if (verdict.effect === 'deny') return { allowed: false, by: verdict.name, text: verdict.text };
    if (signal.aborted) return { allowed: false, by: 'stopped', text: declined };
    const rules = verdict.mayBecomeRule ? rulesFor(input) : [];
    const answer = await this.#ask(asked, rules, signal);
    if (answer === 'decline') return { allowed: false, by: 'user', text: declined };
    // Trust may have been revoked, or the mode changed, while the question was open: only a refusal counts then.
    const now = decide(await this.#input(asked.access));
    if (now.effect === 'deny') return { allowed: false, by: now.name, text: now.text };
    if (answer === 'session') this.#grants = [...this.#grants, ...rules];
    if (answer === 'rule') await this.#facts.addRules(rules);
    return { allowed: true, by: 'user' };
  }

  #input(access: Access): Promise<PolicyInput> {
    const line = access.kind === 'command' ? this.#shell.read(access.command) : undefined;
    return policyInput(this.#facts, { asker: 'model', access, line, grants: this.#grants });
  }
}

/**
 * Why inline chat and editor commands may not change an open document; undefined when they may. `file` is its absolute
 * path, undefined for an untitled document.
 */
export async function editRefusal(facts: GateFacts, file: string | undefined): Promise<Refusal | undefined> {
  const access: Access = { kind: 'write', paths: file === undefined ? [] : [file] };
  const verdict = decide(await policyInput(facts, { asker: 'user', access, line: undefined, grants: [] }));
  if (verdict.effect !== 'deny') return undefined;
  return verdict.reason === 'trust'
    ? new Refusal(
        translate('This workspace is not trusted, so its files cannot be changed. You can still ask questions.'),
        'trust',
      )
    : new Refusal(translate('Your permission rules do not allow changes to this file.'));
}

async function policyInput(
  facts: GateFacts,
  asked: Pick<PolicyInput, 'asker' | 'access' | 'line' | 'grants'>,
): Promise<PolicyInput> {
  const { access, line } = asked;
  const placed = await (access.kind === 'command' && line !== undefined
    ? placeOfCommand(facts, line, access.folder)
    : placeOfFiles(facts, access));
  const names = access.kind === 'write' ? [...placed.place.relative, ...namesBelow(access.paths, facts.roots())] : [];
  return {
    ...asked,
    ...placed,
    guarded: namesGuarded(names, facts.guardedFiles()),
    mode: facts.mode(),
    trusted: facts.trusted(),
    rules: facts.rules(),
  };
}

type Placed = Pick<PolicyInput, 'place' | 'onlyReads' | 'finds'>;

async function placeOfFiles(facts: GateFacts, access: Access): Promise<Placed> {
  return { place: await placeOf(pathsOf(access), facts.roots()), onlyReads: false, finds: 'nothing' };
}

async function placeOfCommand(facts: GateFacts, line: ShellLine, folder: string): Promise<Placed> {
  const place = await placeOfLine(line, folder, facts.roots());
  const roots = facts.roots();
  const isHidden = hiddenFiles(
    () => facts.rules(),
    () => roots,
  );
  if (!facts.trusted()) return { place, onlyReads: false, finds: 'nothing' };
  if (facts.readOnlyCommands() && (await onlyReads(line, place, { isHidden, roots })))
    return { place, onlyReads: true, finds: 'nothing' };
  const denies = facts.rules().some(({ kind, effect }) => kind === 'read' && effect === 'deny');
  const isDenied = deniedFiles(facts.rules(), roots);
  if (denies && (await mayFind(line, place, { isHidden: isDenied, roots })))
    return { place, onlyReads: false, finds: 'denied' };
  const hidden = await mayFind(line, place, { isHidden, roots });
  return { place, onlyReads: false, finds: hidden ? 'hidden' : 'nothing' };
}

function pathsOf(access: Access): readonly string[] {
  if (access.kind === 'read' || access.kind === 'write') return access.paths;
  return access.kind === 'tests' ? [access.folder] : [];
}
