/** Numbers for people. */

/** Thousands apart, whatever the reader's locale. */
export function grouped(number: number): string {
  return `${Math.round(number)}`.replace(/\B(?=(\d{3})+$)/g, '\u202f');
}

export const percent = (share: number) => `${(100 * share).toFixed(0)} %`;

/** Hours and minutes where they read better. */
export function shownSeconds(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`;
  if (seconds < 600) return `${Math.round(seconds)} s`;
  const minutes = Math.round(seconds / 60);
  return minutes < 120 ? `${minutes} min` : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}
