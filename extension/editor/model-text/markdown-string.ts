import * as vscode from 'vscode';
import { codeMarkdown, harmlessMarkdown, plainMarkdown } from './harmless-markdown.ts';

// Every MarkdownString is made here. VS Code loads images of Markdown from anywhere while it is drawn.

/** Markdown of the model, or of messages that may quote it. */
export function modelMarkdown(...texts: readonly string[]): vscode.MarkdownString {
  return joined(texts.map(harmlessMarkdown));
}

/** Exactly this text, with its lines. */
export function textMarkdown(text: string): vscode.MarkdownString {
  return joined([plainMarkdown(text)]);
}

/** Code between two lines of text. */
export function captionedCode(before: string, code: string, language: string, after: string): vscode.MarkdownString {
  return joined([plainMarkdown(before), codeMarkdown(code, language), plainMarkdown(after)]);
}

/** A text, a note as Markdown, and our links that run these commands. */
export function textWithCommands(
  text: string,
  note: string,
  links: readonly string[],
  commands: readonly string[],
): vscode.MarkdownString {
  const body = joined([plainMarkdown(text), harmlessMarkdown(note), links.join(' &nbsp;·&nbsp; ')]);
  body.isTrusted = { enabledCommands: commands };
  return body;
}

function joined(parts: readonly string[]): vscode.MarkdownString {
  const body = new vscode.MarkdownString(parts.filter((part) => part !== '').join('\n\n'));
  body.isTrusted = false;
  body.supportHtml = false;
  body.supportThemeIcons = false;
  return body;
}
