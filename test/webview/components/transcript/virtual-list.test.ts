// @vitest-environment happy-dom
// Faked: the layout. Every row is 20 pixels high, the list shows 100 of them.
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { VirtualList } from '../../../../webview/components/transcript/virtual-list.ts';

interface Row {
  readonly key: string;
  readonly text: string;
}

const rowHeight = 20;
const viewHeight = 100;
const rows = (count: number): Row[] => Array.from({ length: count }, (_, at) => ({ key: `r${at}`, text: `row ${at}` }));

let list: VirtualList<Row>;
let drawn: string[];
let ends: boolean[];

beforeAll(() => {
  Object.defineProperties(HTMLElement.prototype, {
    offsetWidth: { configurable: true, get: () => 200 },
    offsetHeight: {
      configurable: true,
      get(this: HTMLElement) {
        return this.classList.contains('list') ? viewHeight : rowHeight;
      },
    },
    clientHeight: { configurable: true, get: () => viewHeight },
    scrollHeight: {
      configurable: true,
      get(this: HTMLElement) {
        return Number.parseFloat((this.firstElementChild as HTMLElement | null)?.style.height ?? '0');
      },
    },
  });
});
afterAll(() => {
  for (const name of ['offsetWidth', 'offsetHeight', 'clientHeight', 'scrollHeight'])
    Reflect.deleteProperty(HTMLElement.prototype, name);
});

beforeEach(() => {
  [drawn, ends] = [[], []];
  list = new VirtualList<Row>({
    label: 'rows',
    estimate: () => rowHeight,
    create: (row) => {
      const element = document.createElement('div');
      element.tabIndex = 0;
      return {
        element,
        update: (now) => {
          drawn.push(now.text);
          element.textContent = now.text;
          element.dataset['key'] = row.key;
        },
      };
    },
    onEnd: (atEnd) => ends.push(atEnd),
  });
  document.body.append(list.element);
  list.mount();
});
afterEach(() => list.element.remove());

const shown = () => [...list.element.querySelectorAll('.list-row')].map((row) => row.textContent);
function scroll(top: number): void {
  list.element.scrollTop = top;
  list.element.dispatchEvent(new Event('scroll'));
}

describe('a list of many rows', () => {
  it('holds only the rows in view and a few around them, each in its place', () => {
    list.setRows(rows(1000));
    scroll(10_000);
    expect(shown().length).toBeLessThan(20);
    expect(shown()).toContain('row 502');
    expect(shown()).not.toContain('row 0');
    const row = [...list.element.querySelectorAll<HTMLElement>('.list-row')].find(
      (frame) => frame.textContent === 'row 502',
    );
    expect(row?.style.transform).toBe('translateY(10040px)');
    expect(row?.getAttribute('aria-posinset')).toBe('503');
    expect(row?.getAttribute('aria-setsize')).toBe('1000');
    expect((list.element.firstElementChild as HTMLElement).style.height).toBe('20000px');
  });

  it('draws a row again only when it is another object', () => {
    const first = rows(3);
    list.setRows(first);
    drawn = [];
    list.setRows(first.map((row, at) => (at === 1 ? { ...row, text: 'changed' } : row)));
    expect(drawn).toEqual(['changed']);
    expect(shown()).toEqual(['row 0', 'changed', 'row 2']);
  });

  it('keeps the order of the rows in the document, and removes those that are gone', () => {
    list.setRows(rows(4));
    const [a, b, , d] = rows(4);
    list.setRows([a, { key: 'new', text: 'new' }, b, d].filter((row) => row !== undefined));
    expect(shown()).toEqual(['row 0', 'new', 'row 1', 'row 3']);
  });

  it('says when the view leaves the end and comes back to it', () => {
    list.setRows(rows(100));
    scroll(1900);
    ends = [];
    scroll(500);
    expect([list.atEnd, ends]).toEqual([false, [false]]);
    scroll(1880); // near enough
    expect([list.atEnd, ends]).toEqual([true, [false, true]]);
  });

  it('stays at a place that it was led to before it was ever at its end', () => {
    list.setRows(rows(100));
    list.scrollTo(500);
    scroll(500);
    expect(list.atEnd).toBe(false);
    list.setRows(rows(101));
    expect([list.atEnd, list.top]).toEqual([false, 500]);
  });

  it('keeps the row that has the focus', () => {
    list.setRows(rows(100));
    scroll(0);
    list.element.querySelector<HTMLElement>('[data-key="r1"]')?.focus();
    scroll(1000);
    expect(shown()[0]).toBe('row 1');
    expect(shown()).toContain('row 52');
  });
});
