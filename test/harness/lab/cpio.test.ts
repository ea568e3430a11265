import { cpio } from '../../../harness/lab/cpio.js';

/** Reads an archive back, by the table of fields in the kernel's document, counted from 1: 2 mode, 7 size, 12 length of the name. */
function unpack(archive: Buffer): { path: string; mode: string; content: string }[] {
  const entries = [];
  for (let at = 0; at < archive.length; ) {
    const field = (number: number) =>
      Number.parseInt(archive.toString('latin1', at + 6 + 8 * (number - 1), at + 6 + 8 * number), 16);
    expect(archive.toString('latin1', at, at + 6)).toBe('070701');
    const nameEnd = at + 110 + field(12);
    const start = Math.ceil(nameEnd / 4) * 4;
    const path = archive.toString('latin1', at + 110, nameEnd - 1);
    entries.push({ path, mode: field(2).toString(8), content: archive.toString('latin1', start, start + field(7)) });
    at = Math.ceil((start + field(7)) / 4) * 4;
  }
  return entries;
}

test('An archive holds folders and files with their bytes, and ends in the trailer', () => {
  const archive = cpio([
    { path: 'dev' },
    { path: 'init', content: Buffer.from('hello') },
    { path: 'modules.d/a', content: Buffer.from('1234') },
  ]);
  expect(unpack(archive)).toEqual([
    { path: 'dev', mode: '40755', content: '' },
    { path: 'init', mode: '100755', content: 'hello' },
    { path: 'modules.d/a', mode: '100755', content: '1234' },
    { path: 'TRAILER!!!', mode: '100755', content: '' },
  ]);
});

test('The same entries make the same bytes', () => {
  const entries = [{ path: 'init', content: Buffer.from('x') }];
  expect(cpio(entries).equals(cpio(entries))).toBe(true);
});
