/** Mail archives store `=` as `=3D` and cut lines with a final `=` (RFC 2045, "Quoted-Printable Content-Transfer-Encoding"). */

export interface NumberedLine {
  readonly text: string;
  /** Of the file, from 1. */
  readonly line: number;
}

/** The lines of a text, decoded where the text is quoted-printable. */
export function decodedLines(raw: string): NumberedLine[] {
  const lines = raw.replace(/^\uFEFF/, '').split(/\r\n|\n|\r/);
  // An encoder leaves no bare `=`: this is the mark that tells it from `Base=00000000C0000000`.
  if (!/=3[Dd]/.test(raw)) return lines.map((text, index) => ({ text, line: index + 1 }));
  const decoded: NumberedLine[] = [];
  let open: { text: string; line: number } | null = null;
  lines.forEach((line, index) => {
    const isCut = /=[ \t]*$/.test(line);
    const text = line
      .replace(/=[ \t]*$/, '')
      .replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16)));
    const whole: { text: string; line: number } =
      open === null ? { text, line: index + 1 } : { text: open.text + text, line: open.line };
    open = isCut ? whole : null;
    if (!isCut) decoded.push(whole);
  });
  if (open !== null) decoded.push(open);
  return decoded;
}
