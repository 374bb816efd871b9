import * as vscode from 'vscode';
import type { AssistantMessage, ChatMessage, ToolCall } from '../../../native/protocol/chat.ts';

type WireMessage = Pick<vscode.LanguageModelChatRequestMessage, 'role' | 'content'>;

/** The messages of a caller as the chat templates take them. Throws for images and for results of unknown calls. */
export function readMessages(wire: readonly WireMessage[]): ChatMessage[] {
  const names = new Map<string, string>();
  return wire.flatMap((message): ChatMessage[] => {
    switch (message.role) {
      case vscode.LanguageModelChatMessageRole.Assistant:
        return [assistantMessage(message.content, names)];
      case vscode.LanguageModelChatMessageRole.User:
        return userMessages(message.content, names);
      default: // VS Code's own chat sends its instructions with a role that the stable API does not name
        return [{ role: 'system', content: message.content.map(partText).join('') }];
    }
  });
}

/** The texts of a message whose tokens count. */
export function countedTexts(message: WireMessage): string[] {
  return message.content.map((part) =>
    part instanceof vscode.LanguageModelToolCallPart ? `${part.name}${JSON.stringify(part.input)}` : partText(part),
  );
}

function assistantMessage(parts: readonly unknown[], names: Map<string, string>): AssistantMessage {
  const calls = parts.flatMap((part): ToolCall[] => {
    if (!(part instanceof vscode.LanguageModelToolCallPart)) return [];
    names.set(part.callId, part.name);
    return [{ id: part.callId, name: part.name, arguments: JSON.stringify(part.input) }];
  });
  const text = parts.map((part) => (part instanceof vscode.LanguageModelToolCallPart ? '' : partText(part)));
  return { role: 'assistant', content: text.join(''), ...(calls.length === 0 ? {} : { toolCalls: calls }) };
}

function userMessages(parts: readonly unknown[], names: ReadonlyMap<string, string>): ChatMessage[] {
  const results = parts.flatMap((part): ChatMessage[] => {
    if (!(part instanceof vscode.LanguageModelToolResultPart)) return [];
    const name = names.get(part.callId);
    if (name === undefined) throw new Error(`There is no tool call ${part.callId} before its result.`);
    return [{ role: 'tool', content: part.content.map(partText).join(''), toolCallId: part.callId, name }];
  });
  const others = parts.filter((part) => !(part instanceof vscode.LanguageModelToolResultPart));
  const content = others.map(partText).join('');
  return content === '' && results.length > 0 ? results : [...results, { role: 'user', content }];
}

/** The text of one part. Thoughts, marks for caches and whatever else is no text are left out. */
function partText(part: unknown): string {
  if (part instanceof vscode.LanguageModelTextPart) return part.value;
  if (part instanceof vscode.LanguageModelPromptTsxPart) return JSON.stringify(part.value);
  if (part instanceof vscode.LanguageModelToolResultPart) return part.content.map(partText).join('');
  if (!(part instanceof vscode.LanguageModelDataPart)) return '';
  if (part.mimeType.startsWith('image/')) throw new Error(vscode.l10n.t('This model reads no images.'));
  return part.mimeType.startsWith('text/') ? new TextDecoder().decode(part.data) : '';
}
