import { backgroundOf, emphasis, foregroundOf, type Style } from './ansi.ts';

const known = new Map<Style, React.CSSProperties>();

/** How a span is drawn. The first 16 colours are the page's own, so that they can be read on light and dark ground. */
export const cssOf = (style: Style): React.CSSProperties | undefined => {
  if (style === 0) return undefined;
  let css = known.get(style);
  if (!css) known.set(style, (css = make(style)));
  return css;
};

const make = (style: Style): React.CSSProperties => {
  const inverse = (style & emphasis.inverse) !== 0;
  const colour = colourOf(inverse ? backgroundOf(style) : foregroundOf(style)) ?? (inverse ? 'var(--log-ground)' : undefined);
  const ground = colourOf(inverse ? foregroundOf(style) : backgroundOf(style)) ?? (inverse ? 'var(--log-text)' : undefined);
  const line = [style & emphasis.underline && 'underline', style & emphasis.strike && 'line-through'].filter(Boolean).join(' ');
  return {
    ...(colour && { color: colour }),
    ...(ground && { backgroundColor: ground }),
    ...((style & emphasis.bold) !== 0 && { fontWeight: 700 }),
    ...((style & emphasis.dim) !== 0 && { opacity: 0.7 }),
    ...((style & emphasis.italic) !== 0 && { fontStyle: 'italic' }),
    ...(line && { textDecoration: line }),
  };
};

const cube = (part: number) => (part === 0 ? 0 : 55 + part * 40);

const colourOf = (index: number | undefined): string | undefined => {
  if (index === undefined) return undefined;
  if (index < 16) return `var(--ansi-${index})`;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return `rgb(${grey} ${grey} ${grey})`;
  }
  const place = index - 16;
  return `rgb(${cube(Math.floor(place / 36))} ${cube(Math.floor(place / 6) % 6)} ${cube(place % 6)})`;
};
