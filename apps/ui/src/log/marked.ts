import type { Span } from './ansi.ts';

export interface Piece extends Span {
  /** Whether the piece is (part of) what was searched for. */
  readonly hit: boolean;
}

/** Cuts spans where a searched text begins and ends, whatever its case and the colours within it. */
export const marked = (spans: readonly Span[], query: string): readonly Piece[] => {
  const plain = spans.map((span) => ({ ...span, hit: false }));
  if (query === '') return plain;
  const text = spans.map((span) => span.text).join('');
  const hits = hitsIn(text.toLowerCase(), query.toLowerCase());
  if (hits.length === 0) return plain;
  const pieces: Piece[] = [];
  let at = 0;
  for (const span of spans) {
    const end = at + span.text.length;
    let from = at;
    for (const hit of hits) {
      if (hit.end <= from || hit.start >= end) continue;
      const start = Math.max(hit.start, from);
      if (start > from) pieces.push({ text: text.slice(from, start), style: span.style, hit: false });
      from = Math.min(hit.end, end);
      pieces.push({ text: text.slice(start, from), style: span.style, hit: true });
    }
    if (from < end) pieces.push({ text: text.slice(from, end), style: span.style, hit: false });
    at = end;
  }
  return pieces;
};

const hitsIn = (text: string, query: string): readonly { readonly start: number; readonly end: number }[] => {
  const hits = [];
  for (let start = text.indexOf(query); start >= 0; start = text.indexOf(query, start + query.length))
    hits.push({ start, end: start + query.length });
  return hits;
};
