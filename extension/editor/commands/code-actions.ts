import * as vscode from 'vscode';
import {
  conversionNames,
  conversions,
  conversionTitle,
  refactors,
  refusal,
  type ModelNow,
  type Refactor,
} from '../../rewrite/refactor-table.ts';

const problemsMax = 3;
const titleMax = 60;
/** How many lines around the cursor are searched for fitting conversions. */
const linesAround = 15;

/**
 * Offers commands in the lightbulb and the refactor menu. It is called often, so it only looks at a few lines and
 * parses nothing. Without a selection the automatic lightbulb only offers fixes.
 */
export class RefactorActions implements vscode.CodeActionProvider {
  static readonly metadata: vscode.CodeActionProviderMetadata = {
    providedCodeActionKinds: [
      vscode.CodeActionKind.QuickFix,
      vscode.CodeActionKind.RefactorRewrite,
      vscode.CodeActionKind.RefactorExtract,
    ],
  };

  readonly #model: () => ModelNow;

  /** `model`: the model that would do it. What it refuses is not offered. */
  constructor(model: () => ModelNow) {
    this.#model = model;
  }

  provideCodeActions(
    document: vscode.TextDocument,
    range: vscode.Range,
    { diagnostics, only, triggerKind }: vscode.CodeActionContext,
  ): vscode.CodeAction[] {
    const can = (refactor: Refactor): boolean => refusal(refactor, this.#model(), document.languageId) === undefined;
    const wanted = (kind: vscode.CodeActionKind): boolean => only === undefined || only.intersects(kind);
    const asked = triggerKind === vscode.CodeActionTriggerKind.Invoke || !range.isEmpty;
    return [
      ...(wanted(vscode.CodeActionKind.QuickFix) && can(refactors.fixProblem) ? fixes(document, diagnostics) : []),
      ...(asked && wanted(vscode.CodeActionKind.RefactorRewrite) ? rewrites(document, range, can) : []),
      ...(!range.isEmpty && wanted(vscode.CodeActionKind.RefactorExtract) && can(refactors.extractFunction)
        ? [
            action(
              vscode.l10n.t('Extract function'),
              vscode.CodeActionKind.RefactorExtract.append('function.moonwright'),
              'moonwright.extractFunction',
            ),
          ]
        : []),
    ];
  }
}

function fixes(document: vscode.TextDocument, diagnostics: readonly vscode.Diagnostic[]): vscode.CodeAction[] {
  return diagnostics.slice(0, problemsMax).map((diagnostic) => {
    const { message, range } = diagnostic;
    const fix = action(
      vscode.l10n.t('Fix: {0}', message.length > titleMax ? `${message.slice(0, titleMax)}\u2026` : message),
      vscode.CodeActionKind.QuickFix,
      'moonwright.fixProblem',
      [document.uri, range, message],
    );
    fix.diagnostics = [diagnostic];
    return fix;
  });
}

function rewrites(
  document: vscode.TextDocument,
  range: vscode.Range,
  can: (refactor: Refactor) => boolean,
): vscode.CodeAction[] {
  const kind = vscode.CodeActionKind.RefactorRewrite;
  const near = document.getText(
    new vscode.Range(Math.max(0, range.start.line - linesAround), 0, range.end.line + linesAround, 0),
  );
  if (document.getText(range.isEmpty ? document.lineAt(range.start.line).range : range).trim() === '') return [];
  const fitting = conversionNames.filter(
    (name) =>
      can(conversions[name]) &&
      conversions[name].languages.test(document.languageId) &&
      conversions[name].fits.test(near),
  );
  const stub = /not.{0,3}implemented|\bTO ?DO\b|todo!|unimplemented|\{\s*\}|^\s*pass\s*$/im.test(near);
  return [
    ...(stub && can(refactors.implementStub)
      ? [action(vscode.l10n.t('Implement stub'), kind.append('implement.moonwright'), 'moonwright.implementStub')]
      : []),
    ...(can(refactors.document)
      ? [action(vscode.l10n.t('Document'), kind.append('document.moonwright'), 'moonwright.document')]
      : []),
    ...(can(refactors.simplify)
      ? [action(vscode.l10n.t('Simplify'), kind.append('simplify.moonwright'), 'moonwright.simplify')]
      : []),
    ...fitting.map((name) =>
      action(conversionTitle(name), kind.append(`convert.${name}.moonwright`), 'moonwright.convert', [name]),
    ),
  ];
}

function action(
  title: string,
  kind: vscode.CodeActionKind,
  command: string,
  args: readonly unknown[] = [],
): vscode.CodeAction {
  const made = new vscode.CodeAction(`Moonwright: ${title}`, kind);
  made.command = { title, command, arguments: [...args] };
  return made;
}
