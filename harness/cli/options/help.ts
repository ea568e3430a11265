/** `emtdiff COMMAND --help`: from the command's page and the table of options, at most 80 columns wide. */
import type { CommandName, Option } from './option.js';
import type { CommandPage } from './page.js';
import { optionsOf } from './table.js';

const WIDTH = 80;
/** Where the descriptions of options begin. */
const COLUMN = 25;

export function helpText(command: CommandName, { usage, about = [], examples, notes = [] }: CommandPage, summary: string): string {
  const rows = optionsOf(command);
  const parts = [
    [...paragraph(`emtdiff ${command}: ${summary}`)],
    usage.map((form, index) => `${index === 0 ? 'Usage: ' : '       '}emtdiff ${form}`),
    ...about.map(paragraph),
    rows.flatMap(optionLines),
    [
      'Examples:',
      ...examples.flatMap(([line, does]) => [`  emtdiff ${line}`, ...wrapped(does, WIDTH - 6).map((text) => `      ${text}`)]),
    ],
    ...notes.map(paragraph),
  ];
  return `${parts
    .filter((lines) => lines.length > 0)
    .map((lines) => lines.join('\n'))
    .join('\n\n')}\n`;
}

function optionLines({ name, value, help, fallback }: Option): string[] {
  const head = `  --${name}${value === undefined ? '' : ` ${value}`}`;
  const text = wrapped(
    fallback === undefined || fallback === 'none' || fallback === 'off' ? help : `${help} (default: ${fallback})`,
    WIDTH - COLUMN,
  );
  const indented = text.map((line) => ' '.repeat(COLUMN) + line);
  return head.length < COLUMN - 1 ? [head.padEnd(COLUMN) + text[0], ...indented.slice(1)] : [head, ...indented];
}

function paragraph(text: string): string[] {
  return wrapped(text, WIDTH);
}

/** Lines of at most `width` columns; lines that the text breaks itself stay broken. */
export function wrapped(text: string, width: number): string[] {
  return text.split('\n').flatMap((line) => {
    const lines: string[] = [];
    for (const word of line.split(' ')) {
      const last = lines.at(-1);
      if (last !== undefined && last.length + 1 + word.length <= width) lines[lines.length - 1] = `${last} ${word}`;
      else lines.push(word);
    }
    return lines;
  });
}
