import { visibleText } from '../../../webview/visible-text.ts';

/**
 * A text for messages, progress and buttons of the editor. It makes links of `[text](address)`, and runs commands that
 * such a link names: the brackets are parted. What is not seen gets a mark.
 */
export function nativeText(text: string): string {
  return visibleText(text).replace(/\](?=\()/g, '] ');
}
