// @vitest-environment happy-dom
import { expect, it } from 'vitest';
import { StyleChip } from '../../../../webview/components/composer/style-chip.ts';
import type { PanelState } from '../../../../webview/messages.ts';
import { recordingContext, sampleState } from '../../panel-samples.ts';

function chip(style: Partial<PanelState['style']>, model: PanelState['model']['state'] = 'ready') {
  const context = recordingContext();
  const view = new StyleChip(context);
  view.update({ ...sampleState().style, ...style }, model);
  return { element: view.element, posted: context.posted };
}

it('says what was chosen, and all of it to a screen reader', () => {
  const { element } = chip({ levels: ['off', 'low'], lengths: true, thinking: 'low', length: 'short' });
  expect(element.hidden).toBe(false);
  expect(element.textContent).toBe('low · short');
  expect(element.getAttribute('aria-label')).toBe('How the model answers: thinking low, answers short');
  const small = chip({ levels: ['low'], thinking: 'low', length: 'short' }).element;
  expect(small.textContent, 'a model without lengths').toBe('low');
  const usual = chip({ levels: ['off', 'low'], lengths: true }).element;
  expect(usual.textContent).toBe('');
  expect(usual.title).toContain("thinking as the model's default, answers full");
});

it('is not there for a model with nothing to choose, and speaks of no thoughts where a model has none', () => {
  expect(chip({}).element.hidden).toBe(true);
  expect(chip({ lengths: true }, 'loading').element.hidden, 'what the model has is not known yet').toBe(true);
  const { element } = chip({ lengths: true, thinking: 'low' });
  expect(element.hidden).toBe(false);
  expect(element.title).not.toContain('thinking');
});

it('opens the menu', () => {
  const { element, posted } = chip({ lengths: true });
  element.click();
  expect(posted).toEqual([{ type: 'pickStyle' }]);
});
