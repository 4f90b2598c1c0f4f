const unitMs: Readonly<Record<string, number>> = { s: 1000, m: 60_000, h: 3_600_000, d: 86_400_000, w: 604_800_000 };
const unitOf = (word: string): number | undefined => {
  if (/^(s|secs?|seconds?)$/.test(word)) return unitMs.s;
  if (/^(m|mins?|minutes?)$/.test(word)) return unitMs.m;
  if (/^(h|hrs?|hours?)$/.test(word)) return unitMs.h;
  if (/^(d|days?)$/.test(word)) return unitMs.d;
  if (/^(w|wks?|weeks?)$/.test(word)) return unitMs.w;
  return undefined;
};
const calendar = /^(months?|mo|years?|yrs?|y)$/;

/**
 * Understands how people write times: `now`, `in 2 hours`, `1 day 3 hours`, `10 minutes ago`, `tomorrow`, an ISO date.
 * Answers epoch milliseconds, or undefined for anything else.
 */
export const givenTime = (text: string, now: number): number | undefined => {
  const given = text.trim().toLowerCase();
  if (given === 'now') return now;
  if (given === 'tomorrow') return now + unitMs.d!;
  if (/^\d{4}-\d\d-\d\d/.test(given)) {
    const at = Date.parse(text.trim());
    return Number.isNaN(at) ? undefined : at;
  }
  const past = /(\s+ago|^-)/.test(given);
  const spans = given.replace(/^(in|-|\+)\s*/, '').replace(/\s+(ago|from now)$/, '');
  return after(spans, now, past ? -1 : 1);
};

const after = (spans: string, now: number, sign: 1 | -1): number | undefined => {
  if (!/^(\d+(\.\d+)?\s*[a-z]+(\s*,\s*|\s+and\s+|\s*)?)+$/.test(spans)) return undefined;
  const at = new Date(now);
  for (const [, amount, word] of spans.replaceAll(/\band\b/g, ' ').matchAll(/(\d+(?:\.\d+)?)\s*([a-z]+)/g)) {
    const count = Number(amount) * sign;
    const ms = unitOf(word!);
    if (ms !== undefined) at.setTime(at.getTime() + count * ms);
    else if (!calendar.test(word!)) return undefined;
    else if (word!.startsWith('m')) at.setUTCMonth(at.getUTCMonth() + count);
    else at.setUTCFullYear(at.getUTCFullYear() + count);
  }
  return Number.isNaN(at.getTime()) ? undefined : at.getTime();
};
