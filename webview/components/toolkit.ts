import { provideVSCodeDesignSystem, vsCodeBadge, vsCodeButton, vsCodeDivider, vsCodeDropdown, vsCodeLink, vsCodeOption, vsCodeProgressRing, vsCodeTag, vsCodeTextArea, vsCodeTextField } from '@vscode/webview-ui-toolkit';

/**
 * Defines the toolkit's elements. Owns: which of them exist. Everything else makes them through the files next to this
 * one, so that they can be replaced: the toolkit is archived upstream.
 */
export function registerToolkit(): void {
  provideVSCodeDesignSystem().register(
    vsCodeBadge(), vsCodeButton(), vsCodeDivider(), vsCodeDropdown(), vsCodeLink(), vsCodeOption(), vsCodeProgressRing(), vsCodeTag(), vsCodeTextArea(), vsCodeTextField(),
  );
}
