import { expect, it } from 'vitest';
import { panelHtml } from '../../../../extension/editor/window/panel-html.ts';

const html = panelHtml({
  script: 'https://r/main.js',
  styles: ['https://r/panel.css'],
  source: "'self' https://*.example",
  nonce: 'n0',
  language: 'de"><script>',
  title: 'Moonwright',
});

it('the page loads nothing but its own script, styles and fonts', () => {
  const policy = /Content-Security-Policy" content="([^"]+)"/.exec(html)?.[1];
  expect(policy).toBe(
    "default-src 'none'; style-src 'self' https://*.example 'nonce-n0'; font-src 'self' https://*.example; img-src 'none'; script-src 'nonce-n0'",
  );
  expect(html).not.toMatch(/unsafe|style="|<style| on\w+=/);
});

it('the page runs one script, by its nonce', () => {
  expect(html.match(/<script[^>]*>/g)).toEqual(['<script nonce="n0" src="https://r/main.js">']);
});
