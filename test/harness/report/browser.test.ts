/** The HTML report in a real browser: Debian's chromium with playwright-core; where one is missing the tests are skipped, and say so. */
import { existsSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { htmlReport } from '../../../harness/report/html-report.js';
import { runReport } from '../../../harness/report/run-report.js';
import { DOCUMENT, FINDING } from './hostile-run.js';

const CHROMIUM = '/usr/bin/chromium';

/* The package is not a dependency of every checkout: what is used of it, in its own words. */
interface Page {
  goto(url: string): Promise<unknown>;
  evaluate<T>(script: string): Promise<T>;
  fill(selector: string, text: string): Promise<void>;
  click(selector: string): Promise<void>;
  textContent(selector: string): Promise<string | null>;
  keyboard: { press(key: string): Promise<void> };
  on(event: string, listener: (what: unknown) => void): void;
}
interface Browser {
  newPage(options: object): Promise<Page>;
  close(): Promise<void>;
}

function browserLibrary(): { chromium: { launch(options: object): Promise<Browser> } } | null {
  try {
    return require('playwright-core');
  } catch {
    return null;
  }
}

const library = browserLibrary();
const reason = !existsSync(CHROMIUM) ? `there is no ${CHROMIUM}` : library === null ? 'there is no playwright-core' : null;
const inBrowser = reason === null ? describe : describe.skip;

inBrowser(`The HTML report in Chromium${reason === null ? '' : ` (skipped: ${reason})`}`, () => {
  let browser: Browser;
  let page: Page;
  const complaints: string[] = [];
  const shown = () => page.textContent('#shown');

  beforeAll(async () => {
    const file = join(mkdtempSync(join(tmpdir(), 'emtdiff-page-')), 'report.html');
    writeFileSync(
      file,
      htmlReport(runReport(DOCUMENT, [FINDING], 'summary.json'), () => undefined),
    );
    // As root Chromium has no sandbox of its own.
    browser = await library!.chromium.launch({ executablePath: CHROMIUM, args: ['--no-sandbox', '--disable-gpu'] });
    page = await browser.newPage({ viewport: { width: 360, height: 740 } });
    page.on('console', (message) => complaints.push((message as { text(): string }).text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    await page.goto(`file://${file}`);
  }, 60_000);
  afterAll(() => browser?.close());

  test('runs its script, no hostile one, and breaks no rule of its policy', async () => {
    expect(complaints).toEqual([]);
    expect(await page.evaluate('document.images.length')).toBe(0);
    expect(await page.evaluate('document.title')).toContain('emtdiff: seed');
    expect(await shown()).toBe('2 buckets');
  });

  test('fits a telephone with every bucket open', async () => {
    await page.evaluate("document.querySelectorAll('details').forEach((details) => { details.open = true; })");
    expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
  });

  test('filters by rule and by text; Escape clears', async () => {
    await page.fill('#rule', 'evil');
    expect(await shown()).toBe('1 of 2 buckets');
    await page.keyboard.press('Escape');
    await page.evaluate('new Promise((resolve) => setTimeout(resolve, 20))');
    expect(await shown()).toBe('2 buckets');
    await page.fill('#text', 'nothing has this');
    expect(await shown()).toBe('0 of 2 buckets');
    await page.click('button[type=reset]');
  });

  test('goes through the buckets by keyboard', async () => {
    await page.evaluate('document.activeElement.blur()');
    await page.keyboard.press('j');
    await page.keyboard.press('j');
    expect(await page.evaluate('document.activeElement.parentElement.id')).toBe('bucket-2');
  });

  test('a cell of the heat map filters by its two profiles', async () => {
    await page.click('button.pair');
    expect(await page.evaluate("document.getElementById('profile').value")).toBe('bare-metal/intel');
    expect(await shown()).toBe('2 buckets');
  });
});
