export interface PanelResources {
  readonly script: string;
  readonly styles: readonly string[];
  /** The origin that the webview may load styles and fonts from. */
  readonly source: string;
  /** Random; only the script with it runs. */
  readonly nonce: string;
  readonly language: string;
  readonly title: string;
}

/**
 * The panel's page: nothing from outside, no inline script or style, one script by its nonce. Images are not loaded at
 * all: a model's answer could otherwise tell an address what it has read. The nonce in the head is for the toolkit,
 * which tries out with a style of its own whether the browser knows :focus-visible.
 */
export function panelHtml({ script, styles, source, nonce, language, title }: PanelResources): string {
  const policy = `default-src 'none'; style-src ${source} 'nonce-${nonce}'; font-src ${source}; img-src 'none'; script-src 'nonce-${nonce}'`;
  return `<!DOCTYPE html>
<html lang="${escapeHtml(language)}">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${escapeHtml(policy)}">
<meta property="csp-nonce" content="${escapeHtml(nonce)}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escapeHtml(title)}</title>
${styles.map((style) => `<link rel="stylesheet" href="${escapeHtml(style)}">`).join('\n')}
</head>
<body>
<div id="app"></div>
<script nonce="${escapeHtml(nonce)}" src="${escapeHtml(script)}"></script>
</body>
</html>
`;
}

function escapeHtml(text: string): string {
  return text.replace(/[&<>"]/g, (character) => `&#${character.charCodeAt(0)};`);
}
