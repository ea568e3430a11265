/**
 * The HTML report in a real browser: Debian's chromium (`.ci/run` installs it) with playwright-core. Where there is none, the tests are
 * skipped, and say so. One browser and two pages for all of them: a run in which every text is hostile, and a real one.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { htmlReport } from '../../../../harness/report/html/page.js';
import { ruleLookup } from '../../../../harness/report/rule-lookup.js';
import { runReport } from '../../../../harness/report/run-report.js';
import { PROFILES } from '../../../../models/registry.js';
import { FINDING, HOSTILE } from '../hostile-run.js';
import { JUDGED } from '../judged-run.js';
import { realRun } from '../real-run.js';

const CHROMIUM = ['/usr/bin/chromium', '/usr/bin/google-chrome'].find((path) => existsSync(path));
// As root Chromium has no sandbox of its own.
const FLAGS =
  '--no-sandbox --disable-gpu --disable-quic --no-first-run --disable-background-networking --disable-component-update --disable-sync';
const inBrowser = CHROMIUM === undefined ? describe.skip : describe;
// jest is silent about a file that it skips.
if (CHROMIUM === undefined)
  console.warn('The HTML report is not tried in a browser: there is no /usr/bin/chromium (apt-get install chromium)');

/** As the page shows a control character: by its code. */
const SHOWN = HOSTILE.replace('\u202e', '\\u{202e}').replace('\u001b', '\\u{1b}');
const LOOKUP = ruleLookup([
  [{ id: `evil.${HOSTILE}`, sentence: `Evil sentence. ${HOSTILE}`, citation: { document: `Evil ${HOSTILE}`, place: 'here' } }],
]);
const states = () => [{ majority: 'bare-metal/intel', minority: HOSTILE, difference: ` {\n+  ${HOSTILE}\n }` }];

inBrowser('The HTML report in Chromium', () => {
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  const complaints: string[] = [];
  const requests: string[] = [];
  const folder = mkdtempSync(join(tmpdir(), 'emtdiff-page-'));
  const file = (name: string) => `file://${join(folder, name)}`;

  const shown = () => page.textContent('#shown');
  const inPage = <T>(script: string) => page.evaluate(script) as Promise<T>;
  /** Ids of the buckets that a filter leaves, which is what a reader sees. */
  const visible = () =>
    inPage<string[]>(
      "Array.from(document.querySelectorAll('details.bucket:not([hidden]) p.id'), ({ textContent }) => textContent)",
    );
  const clear = async () => {
    await page.click('button[type=reset]');
    await page.waitForSelector('#shown:text-is("4 buckets")');
  };

  beforeAll(async () => {
    writeFileSync(join(folder, 'hostile.html'), htmlReport(runReport(JUDGED, [FINDING], 'summary.json'), LOOKUP, states));
    const { document, findings } = await realRun();
    const rules = ruleLookup(PROFILES.map((profile) => profile.rules));
    writeFileSync(join(folder, 'real.html'), htmlReport(runReport(document, findings, 'summary.json'), rules));
    browser = await chromium.launch({ executablePath: CHROMIUM!, args: FLAGS.split(' ') });
    context = await browser.newContext({
      viewport: { width: 1280, height: 800 },
      permissions: ['clipboard-read', 'clipboard-write'],
    });
    page = await context.newPage();
    page.on('console', (message) => complaints.push(message.text()));
    page.on('pageerror', (error) => complaints.push(String(error)));
    page.on('request', (request) => requests.push(request.url()));
    await page.goto(file('hostile.html'));
  }, 60_000);

  afterAll(async () => {
    await browser?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  test('shows hostile names, rules, citations, reasons and states as text', async () => {
    const text = (await page.textContent('body'))!;
    for (const words of [`vcpu0`, `Evil sentence. ${SHOWN}`, `Evil ${SHOWN}, here`, `Accepted since 6.6. ${SHOWN}`, `+  ${SHOWN}`])
      expect(text).toContain(words);
    expect(await page.textContent('#bucket-1 .columns .note')).toBe(SHOWN);
    expect(await inPage("document.images.length + document.querySelectorAll('body script').length")).toBe(1);
    expect(await page.title()).toBe(`emtdiff: seed ${SHOWN}`);
  });

  test('filters by what is new, by severity, by rule, by text, and clears', async () => {
    expect(await visible()).toEqual(['fresh', 'fresh-and-mild', 'known', 'stored']);
    await page.selectOption('#standing', 'new');
    expect(await visible()).toEqual(['fresh', 'fresh-and-mild']);
    expect(await shown()).toBe('2 of 4 buckets');
    await page.selectOption('#severity', 'ordering');
    expect(await visible()).toEqual(['fresh']);
    await clear();
    await page.fill('#rule', 'evil');
    expect(await visible()).toEqual(['fresh', 'known', 'stored']);
    await clear();
    await page.fill('#text', 'SINCE 6.6');
    expect(await visible()).toEqual(['known']);
    await page.fill('#text', 'nothing has this');
    expect(await shown()).toBe('0 of 4 buckets');
    await clear();
  });

  test('filters by profile, also by one with a hostile name, and by the two of a cell of the heat map', async () => {
    await page.selectOption('#profile', SHOWN);
    expect(await visible()).toHaveLength(4);
    await page.selectOption('#against', SHOWN);
    expect(await visible()).toEqual([]);
    await clear();
    await page.click('button.pair');
    expect(await inPage("[document.getElementById('profile').value, document.getElementById('against').value]")).toEqual([
      'bare-metal/intel',
      SHOWN,
    ]);
    expect(await visible()).toHaveLength(4);
    await clear();
  });

  test('opens and closes a bucket', async () => {
    expect(await page.isVisible('#bucket-1 .timeline')).toBe(false);
    await page.click('#bucket-1 > summary');
    for (const part of ['.timeline .divergent', '.map', '.groups', '.state', 'pre'])
      expect(await page.isVisible(`#bucket-1 ${part}`)).toBe(true);
    await page.click('#bucket-1 > summary');
    expect(await page.isVisible('#bucket-1 .timeline')).toBe(false);
  });

  test('opens the bucket that its address names', async () => {
    await inPage("location.hash = 'bucket-2'");
    await page.waitForSelector('#bucket-2[open]');
    await inPage("document.getElementById('bucket-2').open = false");
  });

  test('copies the replay command', async () => {
    await page.click('#bucket-1 > summary');
    const command = await page.textContent('#bucket-1 .copy pre');
    await page.click('#bucket-1 .copy button');
    await page.waitForSelector('#bucket-1 .copy button:text-is("Copied")');
    expect(await inPage('navigator.clipboard.readText()')).toBe(command);
    expect(command).toContain('npx emtdiff replay --seed');
    await page.click('#bucket-1 > summary');
  });

  test('is used by keyboard alone', async () => {
    await page.goto(file('hostile.html'));
    const focused = () =>
      inPage<string>('document.activeElement.id || document.activeElement.parentElement.id || document.activeElement.className');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('skip');
    for (const [key, place] of [
      ['j', 'bucket-1'],
      ['j', 'bucket-2'],
      ['k', 'bucket-1'],
    ]) {
      await page.keyboard.press(key);
      expect(await focused()).toBe(place);
    }
    await page.keyboard.press('Enter');
    expect(await page.isVisible('#bucket-1 .timeline')).toBe(true);
    await page.keyboard.press('/');
    await page.keyboard.type('since');
    expect(await visible()).toEqual(['known']);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('standing');
    await page.keyboard.press('Escape');
    await page.waitForSelector('#shown:text-is("4 buckets")');
  });

  /** Ratio of luminances, WCAG 2.2. */
  const CONTRAST = `(selector) => {
    const luminance = (colour) => {
      const [r, g, b] = colour.match(/[0-9.]+/g).slice(0, 3).map(Number).map((v) => v / 255).map((v) => (v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4));
      return 0.2126 * r + 0.7152 * g + 0.0722 * b;
    };
    let behind = document.querySelector(selector);
    const text = getComputedStyle(behind).color;
    while (getComputedStyle(behind).backgroundColor === 'rgba(0, 0, 0, 0)') behind = behind.parentElement;
    const [a, b] = [luminance(text), luminance(getComputedStyle(behind).backgroundColor)].sort((x, y) => y - x);
    return (a + 0.05) / (b + 0.05);
  }`;

  test.each(['light', 'dark'] as const)('can be read in %s', async (colorScheme) => {
    await page.emulateMedia({ colorScheme });
    await inPage("document.querySelectorAll('details').forEach((details) => { details.open = true; })");
    const back = await inPage<string>('getComputedStyle(document.body).backgroundColor');
    expect(back).toBe(colorScheme === 'light' ? 'rgb(255, 255, 255)' : 'rgb(15, 19, 24)');
    const parts = [
      'body',
      '.note',
      '.meta',
      '.severity',
      '.standing',
      '.rule > code',
      '.answer',
      '.here',
      'ins',
      '.card span',
      'button.copier',
      'footer',
    ];
    for (const part of parts) expect([part, (await inPage<number>(`(${CONTRAST})('${part}')`)) >= 4.5]).toEqual([part, true]);
  });

  test.each(['hostile.html', 'real.html'])('fits a telephone with every bucket of %s open', async (name) => {
    await page.setViewportSize({ width: 360, height: 740 });
    await page.goto(file(name));
    expect(await inPage('document.documentElement.scrollWidth')).toBe(360);
    await inPage("document.querySelectorAll('details').forEach((details) => { details.open = true; })");
    expect(await inPage('document.documentElement.scrollWidth')).toBe(360);
  });

  test('asks for nothing but itself, and complains of nothing', () => {
    expect(new Set(requests)).toEqual(new Set([file('hostile.html'), file('real.html')]));
    expect(complaints).toEqual([]);
  });
});
