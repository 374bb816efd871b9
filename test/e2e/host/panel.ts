import type { FrameLocator, Locator, Page } from 'playwright-core';
import { setTimeout as delay } from 'node:timers/promises';
import { panelStrings, type PanelString } from '../../../webview/strings.ts';
import type { CallState, Item } from '../../../extension/chat/item.ts';

export type Outcome = Extract<Item, { kind: 'turnEnd' }>['outcome'];
export type Decision = 'once' | 'session' | 'always' | 'decline';

export interface CallSeen {
  readonly tool: string;
  readonly state: CallState;
  readonly title: string;
}

const patienceMs = 180_000;

/** Moonwright's panel as a user sees it: reads it and presses its buttons. */
export class Panel {
  readonly page: Page;
  readonly frame: FrameLocator;
  readonly composer: Locator;
  readonly approval: Locator;
  readonly ends: Locator;
  readonly #stopButton: Locator;

  constructor(page: Page) {
    this.page = page;
    // A webview is a frame within a frame.
    this.frame = page.frameLocator('iframe.webview.ready').frameLocator('#active-frame');
    this.composer = this.frame.locator('.composer textarea');
    this.approval = this.frame.locator('.approval');
    this.ends = this.frame.locator('.turn-end');
    this.#stopButton = this.frame.locator('.composer .stop');
  }

  button(name: PanelString): Locator {
    return this.frame.getByRole('button', { name: panelStrings[name], exact: true });
  }

  async ready(): Promise<void> {
    await this.composer.waitFor({ timeout: patienceMs });
  }

  /** Writes a message, sends it with Enter and waits until its turn runs, or has ended already. */
  async send(text: string): Promise<void> {
    const before = await this.#lastEndedTurn();
    await this.write(text);
    for (const end = Date.now() + 30_000; Date.now() < end; await delay(50)) {
      if ((await this.running()) || (await this.#lastEndedTurn()) !== before) return;
    }
    throw new Error(`No turn began: ${await this.text()}`);
  }

  /** Writes a message and sends it with Enter, or with other keys. */
  async write(text: string, keys = 'Enter'): Promise<void> {
    await this.composer.fill(text);
    await this.composer.press(keys);
  }

  /** Waits for a permission question and returns its text. */
  async awaitApproval(): Promise<string> {
    for (const end = Date.now() + patienceMs; Date.now() < end; await delay(100)) {
      if (await this.approval.isVisible()) return await this.approval.innerText();
      if (!(await this.running())) break;
    }
    throw new Error(`The turn did not ask: ${await this.text()}`);
  }

  async decide(decision: Decision): Promise<void> {
    const before = await this.awaitApproval();
    await this.#decisionButton(decision).click();
    // It goes away, or the next one takes its place.
    for (const end = Date.now() + 10_000; Date.now() < end; await delay(50)) {
      if (!(await this.approval.isVisible()) || (await this.approval.innerText()) !== before) return;
    }
    throw new Error(`The question did not go away: ${before}`);
  }

  /** Answers every question until the started turn has ended; returns how it ended. Both callbacks get the tool. */
  async finishTurn(
    decide: (tool: string) => Decision = () => 'once',
    look: (tool: string) => Promise<void> = () => Promise.resolve(),
  ): Promise<Outcome> {
    for (const end = Date.now() + patienceMs; Date.now() < end; await delay(100)) {
      if (await this.approval.isVisible()) {
        const tool = await this.waitingTool();
        await look(tool);
        await this.decide(decide(tool));
      } else if (!(await this.running())) return await this.lastOutcome();
    }
    throw new Error(`The turn did not end: ${await this.text()}`);
  }

  /** The tool of the call that waits for an answer. */
  async waitingTool(): Promise<string> {
    return (await this.frame.locator('.card.call[data-state="waiting"]').last().getAttribute('data-tool')) ?? '';
  }

  /** Presses a button and waits until a turn runs. */
  async begin(name: PanelString): Promise<void> {
    await this.button(name).click();
    await this.#stopButton.waitFor({ timeout: 30_000 });
  }

  async lastOutcome(): Promise<Outcome> {
    return (await this.ends.last().getAttribute('data-outcome')) as Outcome;
  }

  async running(): Promise<boolean> {
    return await this.#stopButton.isVisible();
  }

  /** The calls in view, in order. */
  async calls(): Promise<CallSeen[]> {
    return await this.frame.locator('.card.call').evaluateAll((cards) =>
      cards.map((card) => ({
        tool: card.getAttribute('data-tool') ?? '',
        state: (card.getAttribute('data-state') ?? '') as CallState,
        title: card.getAttribute('aria-label') ?? '',
      })),
    );
  }

  call(tool: string, state?: CallState): Locator {
    return this.frame.locator(`.card.call[data-tool="${tool}"]${state === undefined ? '' : `[data-state="${state}"]`}`);
  }

  /** All its text, for messages. */
  async text(): Promise<string> {
    return await this.frame.locator('body').innerText({ timeout: 5000 });
  }

  async #lastEndedTurn(): Promise<string> {
    return (await this.ends.count()) === 0 ? '' : ((await this.ends.last().getAttribute('data-turn')) ?? '');
  }

  #decisionButton(decision: Decision): Locator {
    switch (decision) {
      case 'once':
        return this.button('allowOnce');
      case 'session':
        return this.button('allowSession');
      case 'decline':
        return this.button('decline');
      case 'always':
        return this.approval.getByRole('button', { name: panelStrings.allowAlways.split('{0}')[0] });
    }
  }
}
