import { setTimeout as delay } from 'node:timers/promises';
import * as vscode from 'vscode';
import { newProblems, type Problem, type Problems } from '../../workspace/problem.ts';
import { isTypeScript, typescriptProblems } from './typescript-problems.ts';
import { documentOfFile } from './open-documents.ts';

/** Milliseconds: for a language server to begin, then without news until it counts as done, and at most. */
const waits = { first: 700, quiet: 250, most: 2500 };
/** Milliseconds for the TypeScript server to answer before and after an edit; fewer until its first answer. */
const patience = { starting: 400, before: 1500, after: 3000, asked: 8000 };
/** Languages that are not checked for problems. */
const unchecked = /^(plaintext|markdown|log|diff|ignore|properties|ini|dotenv|git-.*)$/;

/** The problems before a change. */
interface ProblemsBefore {
  readonly problems: readonly Problem[];
  /** Files without known problems: after the change, all their problems would look new. */
  readonly unknown: ReadonlySet<string>;
}

/** The problems that VS Code shows, read once the language server is done. */
export class EditorProblems implements Problems {
  readonly #relative: (absolute: string) => string;
  #serverAnswers = false;

  constructor(relative: (absolute: string) => string) {
    this.#relative = relative;
  }

  async of(absolute: string | undefined): Promise<readonly Problem[]> {
    if (absolute === undefined) return this.all();
    const document = await this.#read(absolute);
    const asked = isTypeScript(document) ? await this.#ask(document, patience.asked) : undefined;
    const shown = problemsOf(document.uri);
    return asked === undefined ? shown : [...asked, ...shown.filter(({ source }) => source !== 'ts')];
  }

  all(): readonly Problem[] {
    return vscode.languages.getDiagnostics().flatMap(([uri]) => (uri.scheme === 'file' ? problemsOf(uri) : []));
  }

  /** To be called before a change of these files, which exist. */
  async before(files: readonly string[]): Promise<ProblemsBefore> {
    const unknown = new Set<string>();
    const asked = await Promise.all(
      files.map(async (file) => {
        const document = await this.#read(file);
        if (!isTypeScript(document)) return [];
        const found = await this.#ask(document, this.#serverAnswers ? patience.before : patience.starting);
        if (found === undefined) unknown.add(file);
        return found ?? [];
      }),
    );
    return { problems: [...this.all(), ...asked.flat()], unknown };
  }

  /** The problems that a change of these files caused, in any file, as `path:line: message`. */
  async since(
    { problems, unknown }: ProblemsBefore,
    files: readonly string[],
    settled: Promise<void>,
  ): Promise<string[]> {
    const documents = await Promise.all(files.map((file) => vscode.workspace.openTextDocument(vscode.Uri.file(file))));
    const asked = await Promise.all(
      documents.map((document) =>
        isTypeScript(document) && !unknown.has(document.uri.fsPath) ? this.#ask(document, patience.after) : [],
      ),
    );
    if (documents.some((document) => !isTypeScript(document))) await settled;
    const own = new Set(documents.filter(isTypeScript).map((document) => document.uri.fsPath));
    const shown = this.all().filter(({ path, source }) => source !== 'ts' || !own.has(path));
    const found = newProblems(problems, [...shown, ...asked.flatMap((one) => one ?? [])]).filter(
      ({ path }) => !unknown.has(path),
    );
    return found.map(({ path, line, message }) => `${this.#relative(path)}:${line}: ${message.replace(/\s+/g, ' ')}`);
  }

  /** Resolves once the problems of these files stop changing, or do not begin to. */
  async settled(files: ReadonlySet<string>): Promise<void> {
    if ([...files].every((file) => unchecked.test(documentOfFile(file)?.languageId ?? ''))) return;
    const started = Date.now();
    let last: number | undefined;
    const listening = vscode.languages.onDidChangeDiagnostics(({ uris }) => {
      if (uris.some((uri) => files.has(uri.fsPath))) last = Date.now();
    });
    try {
      for (let now = started; now - started < waits.most; now = Date.now()) {
        if (last === undefined ? now - started >= waits.first : now - last >= waits.quiet) return;
        await delay(25);
      }
    } finally {
      listening.dispose();
    }
  }

  /** Undefined if the server does not answer in time or is not VS Code's. */
  async #ask(document: vscode.TextDocument, patienceMs: number): Promise<readonly Problem[] | undefined> {
    const asked = typescriptProblems(document).then((found) => {
      if (found !== undefined) this.#serverAnswers = true;
      return found;
    });
    return Promise.race([asked, delay(patienceMs, undefined)]);
  }

  /** Opens the document; waits for its language server if it was not open, or its old problems would look new. */
  async #read(absolute: string): Promise<vscode.TextDocument> {
    const known = documentOfFile(absolute);
    if (known !== undefined) return known;
    const settled = this.settled(new Set([absolute]));
    const document = await vscode.workspace.openTextDocument(vscode.Uri.file(absolute));
    if (!unchecked.test(document.languageId) && !isTypeScript(document)) await settled;
    return document;
  }
}

function problemsOf(uri: vscode.Uri): Problem[] {
  return vscode.languages.getDiagnostics(uri).map(({ range, severity, message, source }) => ({
    path: uri.fsPath,
    line: range.start.line + 1,
    severity: severities[severity] ?? 'hint',
    message,
    source,
  }));
}

const severities = ['error', 'warning', 'info', 'hint'] as const;
