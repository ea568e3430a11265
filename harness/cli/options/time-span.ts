/** A time as users write it: `90s`, `10m`, `1.5h`. */
const MILLISECONDS = { s: 1000, m: 60_000, h: 3_600_000 } as const;

/** A year. */
const MOST = 8760 * MILLISECONDS.h;

/** Milliseconds, more than 0, at most a year; null for a text that is no such time. */
export function timeSpan(text: string): number | null {
  const match = /^(\d+(?:\.\d+)?)(s|m|h)$/.exec(text);
  if (match === null) return null;
  const milliseconds = Number(match[1]) * MILLISECONDS[match[2] as keyof typeof MILLISECONDS];
  return milliseconds > 0 && milliseconds <= MOST ? milliseconds : null;
}
