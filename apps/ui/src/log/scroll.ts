/** Browsers refuse elements higher than about 17 million pixels (Firefox) or 33 million (Chromium). */
export const maxSpacerPx = 8_000_000;
export const rowPx = 18;

export interface Geometry {
  readonly lineCount: number;
  readonly viewportPx: number;
}

/** The height of the element that gives the scroll bar its length. */
export const spacerPx = ({ lineCount }: Geometry): number => Math.min(maxSpacerPx, lineCount * rowPx);

const fullRange = ({ lineCount, viewportPx }: Geometry) => Math.max(0, lineCount * rowPx - viewportPx);
const scrollRange = (g: Geometry) => Math.max(0, spacerPx(g) - g.viewportPx);

/** Whether one pixel of the scroll bar stands for more than one pixel of the log. */
export const isScaled = (g: Geometry): boolean => g.lineCount * rowPx > maxSpacerPx;

/** Pixels of the log above the viewport, from the scroll bar's position. */
export const positionOf = (scrollTop: number, g: Geometry): number => {
  const range = scrollRange(g);
  return range === 0 ? 0 : Math.min(1, Math.max(0, scrollTop / range)) * fullRange(g);
};

/** The scroll bar's position for a number of pixels above the viewport. */
export const scrollTopFor = (position: number, g: Geometry): number => {
  const full = fullRange(g);
  return full === 0 ? 0 : (clampPosition(position, g) / full) * scrollRange(g);
};

export const clampPosition = (position: number, g: Geometry): number => Math.min(fullRange(g), Math.max(0, position));
export const endPosition = fullRange;

/** The lines to draw for a position, a few more than can be seen. */
export const linesAt = (position: number, g: Geometry): { readonly first: number; readonly end: number } => {
  const more = 8;
  const first = Math.max(0, Math.floor(position / rowPx) - more);
  return { first, end: Math.min(g.lineCount, Math.ceil((position + g.viewportPx) / rowPx) + more) };
};
