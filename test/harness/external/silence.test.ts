import { Silence } from '../../../harness/external/silence.js';

/** Keeps the event loop from turning for this many milliseconds. */
function compute(ms: number): void {
  const end = process.hrtime.bigint() + BigInt(ms) * 1_000_000n;
  while (process.hrtime.bigint() < end);
}
const turnOfTheLoop = () => new Promise((resolve) => setTimeout(resolve, 0));

describe('a silence', () => {
  test('is told once, after which it does not count any more', async () => {
    let told = 0;
    const silence = await new Promise<Silence>((resolve) => {
      const counting: Silence = new Silence(40, () => {
        told++;
        resolve(counting);
      });
      counting.restart();
    });
    await new Promise((resolve) => setTimeout(resolve, 100));
    expect([told, silence.isRunning]).toEqual([1, false]);
  });

  test('does not count the time in which this process computed, so that the peer had no chance to be heard', async () => {
    let told = false;
    const silence = new Silence(400, () => {
      told = true;
    });
    silence.restart();
    compute(600);
    for (let turn = 0; turn < 3; turn++) await turnOfTheLoop();
    expect([told, silence.isRunning]).toEqual([false, true]);
    silence.stop();
  });

  test('is not told after it was stopped', async () => {
    const silence = new Silence(20, () => {
      throw new Error('told');
    });
    silence.restart();
    silence.stop();
    await new Promise((resolve) => setTimeout(resolve, 60));
    expect(silence.isRunning).toBe(false);
  });
});
