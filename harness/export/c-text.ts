/** Pieces of C: comments that wrap, strings, 64-bit constants. */
import type { Value64 } from '../../models/contract/operation.js';

const WIDTH = 78;

/** A comment at the top of a file, paragraphs apart. */
export function comment(paragraphs: readonly string[]): string {
  const lines = paragraphs.flatMap((paragraph, index) => [...(index === 0 ? [] : ['']), ...wrapped(paragraph)]);
  return `/*\n${lines.map((line) => ` * ${line}`.trimEnd()).join('\n')}\n */\n`;
}

/** Lines of a paragraph; those that begin with two blanks stay as they are. */
export function wrapped(text: string, width = WIDTH): string[] {
  return text
    .replace(/\*\//g, '* /')
    .split('\n')
    .flatMap((paragraph) => {
      if (paragraph.startsWith('  ')) return [paragraph];
      const lines: string[] = [];
      let line = '';
      for (const word of paragraph.split(' ')) {
        if (line !== '' && line.length + 1 + word.length > width) {
          lines.push(line);
          line = paragraph.startsWith('- ') ? `  ${word}` : word;
        } else line = line === '' ? word : `${line} ${word}`;
      }
      return [...lines, line];
    });
}

export function cString(text: string): string {
  return `"${text.replace(/[\\"]/g, '\\$&').replace(/[^\x20-\x7e]/g, '?')}"`;
}

export function constant({ hi, lo }: Value64): string {
  const digits = hi === 0 ? lo.toString(16) : `${hi.toString(16)}${lo.toString(16).padStart(8, '0')}`;
  return `0x${digits}ull`;
}

/** The same of a value in the scenario's notation. */
export function constantOf(text: string | undefined): string {
  return `${text ?? '0x0'}ull`;
}
