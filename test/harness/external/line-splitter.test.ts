import { LineSplitter } from '../../../harness/external/line-splitter.js';

/** What a splitter told, in order; `TOO LONG` where a line passed the limit. */
function splitting(limit: number): { splitter: LineSplitter; told: (string | null)[] } {
  const told: (string | null)[] = [];
  const splitter = new LineSplitter({ line: (text) => told.push(text), tooLong: () => told.push('TOO LONG') }, limit);
  return { splitter, told };
}

describe('bytes are split into lines', () => {
  test('however they are cut into chunks', () => {
    const bytes = Buffer.from('one\n\nzwei é\nthree\n');
    for (let size = 1; size <= bytes.length; size++) {
      const { splitter, told } = splitting(100);
      for (let at = 0; at < bytes.length; at += size) splitter.push(bytes.subarray(at, at + size));
      expect(told).toEqual(['one', '', 'zwei é', 'three']);
    }
  });

  test('and what stands at the end without a newline is a last line', () => {
    const { splitter, told } = splitting(100);
    splitter.push(Buffer.from('one\ntwo'));
    expect([splitter.isInsideLine, told]).toEqual([true, ['one']]);
    splitter.end();
    expect([splitter.isInsideLine, told]).toEqual([false, ['one', 'two']]);
  });

  test('and a line that is not UTF-8 is told as such', () => {
    const { splitter, told } = splitting(100);
    splitter.push(Buffer.from([0xff, 0x0a, 0x41, 0x0a]));
    expect(told).toEqual([null, 'A']);
  });

  test('a line of exactly the limit is a line; one byte more is too long, told at that byte, and the rest of it is dropped', () => {
    const { splitter, told } = splitting(4);
    splitter.push(Buffer.from('1234\n12345'));
    expect(told).toEqual(['1234', 'TOO LONG']);
    splitter.push(Buffer.from('6789'.repeat(1000)));
    splitter.push(Buffer.from('\nnext\n'));
    expect(told).toEqual(['1234', 'TOO LONG', 'next']);
  });

  test('a line of single bytes is kept without a buffer for each', () => {
    const { splitter, told } = splitting(1e6);
    const before = process.memoryUsage().arrayBuffers;
    for (let byte = 0; byte < 300_000; byte++) splitter.push(Buffer.from('x'));
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(20e6);
    splitter.push(Buffer.from('\n'));
    expect(told).toEqual(['x'.repeat(300_000)]);
  });
});
