/**
 * How text is drawn, in one integer: foreground and background (0 = the default, else 1 + index into 256 colours) in nine bits
 * each, then a bit for each kind of emphasis. A number because a log of millions of lines keeps many of them.
 */
export type Style = number;
export const plainStyle: Style = 0;

export const emphasis = { bold: 1 << 18, dim: 1 << 19, italic: 1 << 20, underline: 1 << 21, inverse: 1 << 22, strike: 1 << 23 } as const;
const foregroundMask = 0x1ff;
const backgroundShift = 9;
const backgroundMask = 0x1ff << backgroundShift;

/** The index of the foreground among the 256 colours, or undefined for the default. */
export const foregroundOf = (style: Style): number | undefined =>
  (style & foregroundMask) === 0 ? undefined : (style & foregroundMask) - 1;
export const backgroundOf = (style: Style): number | undefined =>
  (style & backgroundMask) === 0 ? undefined : ((style & backgroundMask) >> backgroundShift) - 1;

const withForeground = (style: Style, index: number) => (style & ~foregroundMask) | (index + 1);
const withBackground = (style: Style, index: number) => (style & ~backgroundMask) | ((index + 1) << backgroundShift);

/** The style after `ESC [ parameters m`. Parameters that it does not know change nothing. */
export const restyle = (style: Style, parameters: readonly number[]): Style => {
  let next = parameters.length === 0 ? plainStyle : style;
  for (let i = 0; i < parameters.length; i++) {
    const p = parameters[i]!;
    if (p === 38 || p === 48) {
      const { index, used } = extendedColour(parameters, i + 1);
      if (index !== undefined) next = p === 38 ? withForeground(next, index) : withBackground(next, index);
      i += used;
    } else next = restyleOne(next, p);
  }
  return next;
};

const on: Readonly<Record<number, number>> = {
  1: emphasis.bold,
  2: emphasis.dim,
  3: emphasis.italic,
  4: emphasis.underline,
  7: emphasis.inverse,
  9: emphasis.strike,
};
const off: Readonly<Record<number, number>> = {
  22: emphasis.bold | emphasis.dim,
  23: emphasis.italic,
  24: emphasis.underline,
  27: emphasis.inverse,
  29: emphasis.strike,
  39: foregroundMask,
  49: backgroundMask,
};

const restyleOne = (style: Style, p: number): Style => {
  if (p === 0) return plainStyle;
  if (p in on) return style | on[p]!;
  if (p in off) return style & ~off[p]!;
  if (p >= 30 && p <= 37) return withForeground(style, p - 30);
  if (p >= 40 && p <= 47) return withBackground(style, p - 40);
  if (p >= 90 && p <= 97) return withForeground(style, p - 90 + 8);
  if (p >= 100 && p <= 107) return withBackground(style, p - 100 + 8);
  return style;
};

/** `5;n` is one of the 256; `2;r;g;b` becomes the nearest of the 6×6×6 cube among them. */
const extendedColour = (p: readonly number[], at: number): { readonly index?: number; readonly used: number } => {
  if (p[at] === 5) return { index: Math.min(255, p[at + 1] ?? 0), used: 2 };
  if (p[at] !== 2) return { used: 0 };
  const [r = 0, g = 0, b = 0] = p.slice(at + 1, at + 4).map((part) => Math.round((Math.min(255, part) / 255) * 5));
  return { index: 16 + 36 * r + 6 * g + b, used: 4 };
};

export interface Span {
  readonly text: string;
  readonly style: Style;
}

// ESC [ … (a control sequence), or ESC ] … BEL or ESC \ (titles and links), or another control character.
// eslint-disable-next-line no-control-regex
const special = /\x1b\[([0-?]*)[ -/]*([@-~])|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)|[\x00-\x08\x0b-\x1f\x7f]/g;

/**
 * Cuts a line into pieces of one style each. Colours and emphasis take effect, other well-formed sequences (cursor moves,
 * titles) are left out, and what remains of control characters is shown as its Unicode picture. The result is text, never markup.
 */
export const spansOf = (line: string, start: Style): readonly Span[] => {
  const spans: { text: string; style: Style }[] = [];
  let style = start;
  let from = 0;
  const add = (text: string) => {
    if (text === '') return;
    const last = spans.at(-1);
    if (last && last.style === style) last.text += text;
    else spans.push({ text, style });
  };
  for (const found of line.matchAll(special)) {
    add(line.slice(from, found.index));
    from = found.index + found[0].length;
    if (found[2] === 'm') style = restyle(style, parametersOf(found[1]!));
    else if (found[0].length === 1) add(String.fromCharCode(found[0] === '\x7f' ? 0x2421 : 0x2400 + found[0].charCodeAt(0)));
  }
  add(line.slice(from));
  return spans;
};

/** A line or several without their sequences: what a reader sees and searches. */
export const withoutSequences = (text: string): string =>
  // eslint-disable-next-line no-control-regex
  text.includes('\x1b') ? text.replace(/\x1b\[[0-?]*[ -/]*[@-~]|\x1b\][^\x07\x1b]*(?:\x07|\x1b\\)/g, '') : text;

/** A line as a terminal leaves it when it redraws it with carriage returns: only the last drawing counts. */
export const lastDrawing = (line: string): string => {
  const end = line.endsWith('\r') ? line.length - 1 : line.length;
  const cut = line.lastIndexOf('\r', end - 1);
  return end === line.length && cut < 0 ? line : line.slice(cut + 1, end);
};

const parametersOf = (text: string): number[] => (text === '' ? [] : text.split(/[;:]/).map((part) => Number(part) || 0));

const escape = 0x1b;
/** The style at the end of a line of bytes that began in `style`. */
export const styleAfter = (line: Uint8Array, start: Style): Style => {
  let style = start;
  for (let at = line.indexOf(escape); at >= 0; at = line.indexOf(escape, at + 1)) {
    if (line[at + 1] !== 0x5b) continue;
    let end = at + 2;
    while (end < line.length && ((line[end]! >= 0x30 && line[end]! <= 0x39) || line[end] === 0x3b || line[end] === 0x3a)) end++;
    if (line[end] === 0x6d) style = restyle(style, parametersOf(String.fromCharCode(...line.subarray(at + 2, end))));
  }
  return style;
};
