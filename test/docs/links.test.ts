/** No page, help text or comment names a page that its readers cannot open. */
import { execFileSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

const ROOT = join(__dirname, '../..');
const files = execFileSync('git', ['ls-files', '--cached', '--others', '--exclude-standard'], { cwd: ROOT, encoding: 'utf8' })
  .split('\n')
  .filter((file) => file !== '' && existsSync(join(ROOT, file)));
const text = (file: string) => readFileSync(join(ROOT, file), 'utf8');
const pages = files.filter((file) => file.endsWith('.md') && !file.startsWith('test/fixtures/'));

/** The anchor of a heading as GitHub makes it. */
const anchorOf = (heading: string) =>
  heading
    .toLowerCase()
    .replace(/[^\w\- ]/g, '')
    .replaceAll(' ', '-');

/** Links of a page that lead nowhere. */
function broken(page: string, markdown: string): string[] {
  return [...markdown.matchAll(/\]\(([^)\s]+)\)/g)]
    .map(([, link]) => link)
    .filter((link) => !/^(https?|mailto):/.test(link))
    .filter((link) => {
      const [path, anchor] = link.split('#');
      const target = path === '' ? page : join(dirname(page), path);
      if (!existsSync(join(ROOT, target))) return true;
      return anchor !== undefined && ![...text(target).matchAll(/^#+ (.*)$/gm)].some(([, heading]) => anchorOf(heading) === anchor);
    })
    .map((link) => `${page}: ${link}`);
}

test('Every link of every page leads somewhere', () => {
  expect(pages.length).toBeGreaterThan(20);
  expect(pages.flatMap((page) => broken(page, text(page)))).toEqual([]);
});

test('The search finds what it looks for', () => {
  const wrong = '[a](no-such-page.md) [b](README.md#no-such-heading) [c](README.md#install) [d](https://example.org/x.md)';
  expect(broken('README.md', wrong)).toEqual(['README.md: no-such-page.md', 'README.md: README.md#no-such-heading']);
});

/** `docs/x.md`, `reports/README.md`, `scenario.md`: pages by name, not by link. */
const NAMED = /(?<![\w/.-])((?:[\w-]+\/)*[\w-]+\.md)\b/g;
/** What commands write; and docs/lab.md, which comes with the lab. */
const ELSEWHERE = /^(KEY\.md|docs\/lab\.md)$/;

test('Every page that a source, a help text or a workflow names is there', () => {
  const naming = files.filter((file) => /^(harness|models|\.github|\.ci)\//.test(file) && /\.(ts|yml|md|c|py)$|run$/.test(file));
  const absent = naming.flatMap((file) =>
    [...text(file).matchAll(NAMED)]
      .map(([, page]) => page)
      .filter((page) => !ELSEWHERE.test(page))
      .filter((page) => ![page, join(dirname(file), page), join('docs', page)].some((path) => existsSync(join(ROOT, path))))
      .map((page) => `${file}: ${page}`),
  );
  expect(absent).toEqual([]);
});
