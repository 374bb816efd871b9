// Builds the panel as a plain page (no VS Code) that is fed with recorded messages: for looking at it and measuring it.
// `node test/webview/gallery/gallery.mjs` writes screenshots of every scene in every theme to .cache/webview-gallery.
import { build } from 'esbuild';
import { copyFileSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { pathToFileURL } from 'node:url';
import { chromium } from 'playwright-core';
import { scenes } from './scenes.mjs';

const root = path.resolve(import.meta.dirname, '../../..');
export const folder = path.join(root, '.cache/webview-gallery');
const themes = JSON.parse(readFileSync(path.join(import.meta.dirname, 'themes.json'), 'utf8'));
const browserPath = process.env.CHROMIUM ?? '/usr/bin/chromium';

/** Bundles script and style, and writes one page per theme. Returns the pages' paths by theme. */
export async function buildGallery() {
  mkdirSync(folder, { recursive: true });
  const shared = {
    bundle: true,
    minify: true,
    logLevel: 'warning',
    define: { 'process.env.NODE_ENV': '"production"' },
  };
  await build({
    ...shared,
    entryPoints: [path.join(root, 'webview/main.ts')],
    outfile: path.join(folder, 'main.js'),
    format: 'iife',
    target: 'es2022',
  });
  await build({
    ...shared,
    entryPoints: [path.join(root, 'webview/styles/panel.css')],
    outfile: path.join(folder, 'panel.css'),
  });
  for (const name of ['codicon.css', 'codicon.ttf'])
    copyFileSync(path.join(root, 'node_modules/@vscode/codicons/dist', name), path.join(folder, name));
  copyFileSync(path.join(import.meta.dirname, 'editor-defaults.css'), path.join(folder, 'editor-defaults.css'));
  writeFileSync(path.join(folder, 'stub.js'), stub);
  const pages = {};
  for (const [name, theme] of Object.entries(themes)) {
    const css = Object.entries(theme.variables)
      .map(([key, value]) => `${key}: ${value};`)
      .join('\n');
    writeFileSync(
      path.join(folder, `theme-${name}.css`),
      `:root {\n${css}\n}\nbody.${theme.body.split(' ')[0]} { background: var(--vscode-sideBar-background); }\n`,
    );
    pages[name] = path.join(folder, `${name}.html`);
    writeFileSync(pages[name], page(name, theme.body));
  }
  return pages;
}

// The stand-in for the host: keeps what the panel posts and saves.
const stub = `
window.posted = [];
window.violations = [];
document.addEventListener('securitypolicyviolation', (event) =>
  window.violations.push([event.violatedDirective, event.blockedURI, event.sample].join(' ')));
let saved = window.savedState;
window.acquireVsCodeApi = () => ({
  postMessage: (message) => window.posted.push(message),
  getState: () => saved,
  setState: (state) => { saved = window.savedState = state; },
});
window.feed = (messages) => {
  for (const message of messages) window.dispatchEvent(new MessageEvent('message', { data: message }));
};
`;

function page(name, body) {
  const policy = "default-src 'none'; style-src file: 'nonce-gallery'; font-src file:; script-src file:";
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>Moonwright</title>
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta property="csp-nonce" content="gallery">
<link rel="stylesheet" href="editor-defaults.css">
<link rel="stylesheet" href="theme-${name}.css">
<link rel="stylesheet" href="codicon.css">
<link rel="stylesheet" href="panel.css">
</head><body class="${body}" data-vscode-theme-kind="${body.split(' ')[0]}"><script src="stub.js"></script>
<script src="main.js"></script></body></html>
`;
}

export function launch() {
  return chromium.launch({
    executablePath: browserPath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--no-first-run',
      '--disable-background-networking',
      '--allow-file-access-from-files',
    ],
  });
}

/** Opens a theme's page at a size and feeds it a scene. */
export async function openScene(browser, file, messages, size = { width: 420, height: 820 }) {
  const page = await browser.newPage({ viewport: size });
  const errors = [];
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  await page.goto(pathToFileURL(file).href);
  await page.evaluate((list) => window.feed(list), messages);
  await page.waitForSelector('.panel');
  await page.waitForTimeout(400);
  return { page, errors };
}

/** What a scene needs besides its messages. */
const steps = {
  'cost-and-level': async (page) => {
    await page.locator('.composer textarea').pressSequentially('Now do the same in the other package.');
    await page.evaluate((state) => window.feed([{ type: 'state', state }]), scenes['cost-and-level'][0].state);
  },
  'mention-costs': async (page) => {
    await page.locator('.composer textarea').pressSequentially('Why does @src/ fail? See @terminal and @problems');
    await page.evaluate((state) => window.feed([{ type: 'state', state }]), scenes['mention-costs'][0].state);
  },
  history: (page) =>
    page
      .click('vscode-button[aria-label="Conversations"]')
      .then(() => page.evaluate((list) => window.feed(list), scenes.history.slice(1))),
  mentions: async (page) => {
    await page.locator('.composer textarea').pressSequentially('Explain @ma');
    await page.evaluate(() =>
      window.feed([
        {
          type: 'suggestions',
          request: window.posted.findLast((message) => message.type === 'suggest').request,
          list: [
            { kind: 'file', label: 'math.js', detail: 'src', insert: '@src/math.js' },
            { kind: 'file', label: 'math.test.js', detail: 'test', insert: '@test/math.test.js' },
            { kind: 'folder', label: 'maps/', detail: 'src', insert: '@src/maps/' },
            { kind: 'symbol', label: 'max', detail: 'src/math.js:12', insert: '@symbol:max' },
            { kind: 'terminal', label: '@terminal', detail: 'npm test', insert: '@terminal' },
          ],
        },
      ]),
    );
  },
};

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const pages = await buildGallery();
  const browser = await launch();
  const wanted = process.argv.slice(2);
  const sizes = { wide: { width: 420, height: 820 }, narrow: { width: 170, height: 760 } };
  let failures = 0;
  for (const [theme, file] of Object.entries(pages)) {
    for (const [name, messages] of Object.entries(scenes)) {
      if (wanted.length > 0 && !wanted.some((word) => name.startsWith(word) || theme === word)) continue;
      for (const [size, viewport] of Object.entries(sizes)) {
        if (size === 'narrow' && theme !== 'dark-modern') continue;
        const { page, errors } = await openScene(browser, file, messages, viewport);
        await steps[name]?.(page);
        await page.waitForTimeout(150);
        await page.screenshot({ path: path.join(folder, `${theme}-${name}${size === 'narrow' ? '-narrow' : ''}.png`) });
        const violations = await page.evaluate(() => window.violations);
        if (errors.length + violations.length > 0) {
          failures++;
          console.error(theme, name, errors, violations);
        }
        await page.close();
      }
    }
  }
  await browser.close();
  console.log(`screenshots in ${path.relative(process.cwd(), folder)}`);
  process.exitCode = failures > 0 ? 1 : 0;
}
