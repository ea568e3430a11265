/**
 * The HTML report in a real browser: Debian's chromium (`.ci/run` installs it) with playwright-core. Where there is none, the tests are
 * skipped, and say so. One browser and two pages for all of them: a run in which every text is hostile, and a real one.
 */
import { existsSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, type BrowserContext, chromium, type Page } from 'playwright-core';
import { htmlReport } from '../../../../harness/report/html/page.js';
import { anchorOf } from '../../../../harness/report/anchor.js';
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
  /** The page allows no code but its own script, so that Playwright cannot wait inside it. */
  const until = async (script: string, wanted: unknown) => {
    for (let tries = 0; tries < 100 && (await inPage(script)) !== wanted; tries++) await page.waitForTimeout(50);
    expect(await inPage(script)).toBe(wanted);
  };
  const ALL = '#shown:text-is("4 causes, 4 buckets")';
  const clear = async () => {
    await page.click('button[type=reset]');
    await page.waitForSelector(ALL);
  };
  /** The card of a bucket, which in this run is a cause of its own, and the bucket in it. */
  const card = (id: string) => `#c-${anchorOf(id)}`;
  const bucket = (id: string) => `#b-${anchorOf(id)}`;

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
    expect(await page.textContent(`${bucket('fresh')} .columns .note`)).toBe(SHOWN);
    expect(await inPage("document.images.length + document.querySelectorAll('body script').length")).toBe(1);
    expect(await page.title()).toBe(`emtdiff: seed ${SHOWN}`);
  });

  test('filters by what is new, by severity, by rule, by text, and clears', async () => {
    expect(await visible()).toEqual(['fresh', 'fresh-and-mild', 'known', 'stored']);
    await page.selectOption('#standing', 'new');
    expect(await visible()).toEqual(['fresh', 'fresh-and-mild']);
    expect(await shown()).toBe('2 of 4 causes, 2 of 4 buckets');
    await page.selectOption('#severity', 'ordering');
    expect(await visible()).toEqual(['fresh']);
    await clear();
    await page.fill('#rule', 'evil');
    expect(await visible()).toEqual(['fresh', 'known', 'stored']);
    await clear();
    await page.fill('#text', 'SINCE 6.6');
    expect(await visible()).toEqual(['known']);
    await page.fill('#text', 'nothing has this');
    expect(await shown()).toBe('0 of 4 causes, 0 of 4 buckets');
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
      SHOWN,
      'bare-metal/intel',
    ]);
    expect(await visible()).toHaveLength(4);
    await clear();
  });

  test('filters by a tile, which is let go by a second click', async () => {
    await page.click('button.tile[data-value=new]');
    expect(await visible()).toEqual(['fresh', 'fresh-and-mild']);
    expect(await page.getAttribute('button.tile[data-value=new]', 'aria-pressed')).toBe('true');
    await page.click('button.tile[data-value=new]');
    await page.waitForSelector(ALL);
  });

  test('opens and closes a cause, the witness in it open', async () => {
    expect(await page.isVisible(`${card('fresh')} .timeline`)).toBe(false);
    await page.click(`${card('fresh')} > summary`);
    for (const part of ['.timeline .divergent', '.map', '.groups', '.state', 'pre'])
      expect(await page.isVisible(`${card('fresh')} ${part}`)).toBe(true);
    await page.click(`${card('fresh')} > summary`);
    expect(await page.isVisible(`${card('fresh')} .timeline`)).toBe(false);
  });

  test('opens the bucket that its address names, and keeps in its address what is filtered and open', async () => {
    await inPage(`location.hash = '${bucket('known').slice(1)}'`);
    await page.waitForSelector(`${card('known')}[open]`);
    await page.selectOption('#severity', 'ordering');
    expect(await inPage('location.hash')).toBe('#severity=ordering');
    await page.click(`${card('fresh')} > summary`);
    await until('location.hash', `#severity=ordering&at=${card('fresh').slice(1)}`);
    const address = page.url();
    await page.goto(file('real.html'));
    await page.goto(address);
    expect(await visible()).toEqual(['fresh']);
    expect(await page.isVisible(`${card('fresh')} .timeline`)).toBe(true);
    await clear();
  });

  test('puts the sentence of a rule beside its name where a reader opens a further bucket', async () => {
    await page.goto(file('real.html'));
    const id = await inPage<string>(`(() => {
      const further = document.querySelector('details.cause details.bucket:not([open])');
      further.closest('details.cause').open = true;
      return further.id;
    })()`);
    const further = page.locator(`#${id}`);
    expect(await further.locator('.rule span').count()).toBe(0);
    await page.click(`#${id} > summary`);
    await page.waitForSelector('.rule a.told');
    expect(await further.locator('.rule span').count()).toBeGreaterThan(0);
    await page.goto(file('hostile.html'));
  });

  test('copies the replay command', async () => {
    await page.click(`${card('fresh')} > summary`);
    const command = await page.textContent(`${card('fresh')} .copy pre`);
    await page.click(`${card('fresh')} .copy button`);
    await page.waitForSelector(`${card('fresh')} .copy button:text-is("Copied")`);
    expect(await inPage('navigator.clipboard.readText()')).toBe(command);
    expect(command).toContain('npx emtdiff replay --seed');
    await page.click(`${card('fresh')} > summary`);
  });

  test('is used by keyboard alone: what Enter opens scrolls to the top', async () => {
    await page.goto(file('real.html'));
    await page.goto(file('hostile.html'));
    const focused = () =>
      inPage<string>('document.activeElement.id || document.activeElement.parentElement.id || document.activeElement.className');
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('skip');
    for (const [key, place] of [
      ['j', 'fresh'],
      ['j', 'fresh-and-mild'],
      ['k', 'fresh'],
      ['j', 'fresh-and-mild'],
    ]) {
      await page.keyboard.press(key);
      expect(`#${await focused()}`).toBe(card(place));
    }
    await page.keyboard.press('Enter');
    await until('location.hash', card('fresh-and-mild'));
    expect(await page.isVisible(`${card('fresh-and-mild')} .timeline`)).toBe(true);
    const top = await inPage<number>(`document.querySelector('${card('fresh-and-mild')}').getBoundingClientRect().top`);
    expect(top).toBeLessThan(200);
    await page.keyboard.press('/');
    await page.keyboard.type('since');
    expect(await visible()).toEqual(['known']);
    await page.keyboard.press('Tab');
    expect(await focused()).toBe('standing');
    await page.keyboard.press('Escape');
    await page.waitForSelector(ALL);
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
      'samp',
      '.here',
      'ins',
      '.tile span',
      'h1',
      'nav a',
      '.legend span',
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
