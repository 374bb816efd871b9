import { PanelView } from './components/panel-view.ts';
import { registerToolkit } from './components/toolkit.ts';
import { FramePace } from './frame-pace.ts';
import { connectHost } from './host-link.ts';
import { keepReadable } from './readable-colours.ts';
import { emptyPanel, type PanelModel } from './state/panel-model.ts';
import { reduce } from './state/reduce.ts';
import { readSavedState } from './state/saved-state.ts';
import { useStrings } from './strings.ts';

const saveDelay = 200;

registerToolkit();
start();

/** Connects host, state and view. The view is built once the extension has sent the translated texts. */
function start(): void {
  const link = connectHost();
  let model: PanelModel = emptyPanel;
  let view: PanelView | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const save = (): void => {
    clearTimeout(timer);
    timer = setTimeout(() => {
      if (view !== undefined) link.save(view.saved);
    }, saveDelay);
  };
  const pace = new FramePace(() => {
    if (view === undefined && model.state !== undefined) {
      useStrings(model.strings);
      view = new PanelView((message) => link.post(message), save);
      document.body.replaceChildren(view.element);
      keepReadable();
      view.update(model);
      view.mount(readSavedState(link.saved()));
      view.focus();
    } else view?.update(model);
  });
  link.listen((message) => {
    model = reduce(model, message);
    pace.ask();
  });
  window.addEventListener('focus', () => view?.focus());
  link.post({ type: 'ready' });
}
