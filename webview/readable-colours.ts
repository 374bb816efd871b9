/** The contrast of text that WCAG 2 asks for. */
const textLeast = 4.5;
const stepsMax = 20;

/** Red, green and blue from 0 to 255, and how opaque it is from 0 to 1. */
type Colour = readonly [red: number, green: number, blue: number, opaque: number];

/**
 * Colours of the panel's own, and the grounds that text of that colour stands on. A ground is a list of colours, each
 * laid over the one before it and all over the panel.
 */
const onPanel = ['', '--surface', '--raised'];
const onInput = ['--vscode-input-background'];
const onLines = ['--surface', '--surface --added-line', '--surface --removed-line'];
const readOn: Readonly<Record<string, readonly string[]>> = {
  '--muted': [...onPanel, ...onInput],
  '--chip-text': onInput,
  '--link': onPanel,
  '--ok': onPanel,
  '--code-link': ['--vscode-textPreformat-background', '--surface --vscode-textPreformat-background'],
  '--bad': [...onPanel, ...onInput],
  '--warning': [...onPanel, ...onInput],
  '--added': [...onPanel, ...onLines],
  '--removed': [...onPanel, ...onLines],
  '--line-number': onLines,
  '--line-text': onLines,
  '--banner-text': ['--banner'],
  '--button-text': ['--vscode-button-background'],
  '--second-button-text': ['', ...onInput].map((ground) => `${ground} --vscode-button-secondaryBackground`),
  '--badge-text': ['--vscode-badge-background'],
  ...Object.fromEntries(
    ['keyword', 'string', 'number', 'comment', 'function', 'type', 'variable'].map((name) => [
      `--syntax-${name}`,
      onLines,
    ]),
  ),
};

/**
 * Keeps what the panel writes readable in every theme: a colour with too little contrast becomes darker or lighter,
 * until it has enough. Watches for other themes.
 */
export function keepReadable(): void {
  const { documentElement: root, body } = document;
  const probe = document.createElement('span');
  probe.hidden = true;
  const adjust = (): void => {
    watch.disconnect();
    for (const name of Object.keys(readOn)) body.style.removeProperty(name);
    body.append(probe);
    const read = (name: string): Colour => {
      probe.style.setProperty('color', `var(${name}, transparent)`);
      return parseColour(getComputedStyle(probe).color);
    };
    const panel = over(read('--panel'), [255, 255, 255, 1]);
    for (const [name, places] of Object.entries(readOn)) {
      const grounds = places.map((place) =>
        place
          .split(' ')
          .filter((layer) => layer !== '')
          .reduce((under, layer) => over(read(layer), under), panel),
      );
      const colour = read(name);
      const better = readable(colour, grounds, textLeast);
      if (better !== colour) body.style.setProperty(name, `rgb(${better.slice(0, 3).map(Math.round).join(', ')})`);
    }
    probe.remove();
    watch.observe(body, { attributes: true, attributeFilter: ['class'] });
    watch.observe(root, { attributes: true, attributeFilter: ['style'] });
  };
  const watch = new MutationObserver(adjust);
  adjust();
}

/** The colour itself if it can be read on all grounds, else the nearest one towards black or white that can. */
function readable(colour: Colour, grounds: readonly Colour[], least: number): Colour {
  const worst = (one: Colour): number => Math.min(...grounds.map((ground) => contrast(over(one, ground), ground)));
  if (worst(colour) >= least) return colour;
  const ends: readonly Colour[] = [
    [0, 0, 0, 1],
    [255, 255, 255, 1],
  ];
  const end = ends.reduce((best, other) => (worst(other) > worst(best) ? other : best));
  const opaque = over(colour, grounds[0] ?? end);
  for (let step = 1; step < stepsMax; step++) {
    const mixed = over([end[0], end[1], end[2], step / stepsMax], opaque);
    if (worst(mixed) >= least) return mixed;
  }
  return end;
}

/** Reads a computed colour. */
function parseColour(text: string): Colour {
  const [r = 0, g = 0, b = 0, a = 1] = (text.match(/[\d.]+/g) ?? []).map(Number);
  return text.startsWith('color(') ? [r * 255, g * 255, b * 255, a] : [r, g, b, a];
}

function over([r, g, b, a]: Colour, under: Colour): Colour {
  return [r * a + under[0] * (1 - a), g * a + under[1] * (1 - a), b * a + under[2] * (1 - a), 1];
}

/** The ratio of two luminances, from 1 to 21. */
function contrast(one: Colour, other: Colour): number {
  const [a, b] = [luminance(one), luminance(other)];
  return (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
}

function luminance([red, green, blue]: Colour): number {
  const share = (channel: number): number => {
    const value = channel / 255;
    return value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
  };
  return 0.2126 * share(red) + 0.7152 * share(green) + 0.0722 * share(blue);
}
