/**
 * What the HTML report does in a browser. Compiled by tsconfig.browser.json and put into the page as text; never run by Node. Without it
 * the page can still be read.
 */
export {};

interface Bucket {
  readonly element: HTMLDetailsElement;
  readonly severity: string;
  readonly standing: string;
  /** Seats by group. */
  readonly partition: readonly (readonly number[])[];
  readonly sides: readonly number[];
  readonly rules: readonly string[];
}

interface Cause {
  readonly element: HTMLDetailsElement;
  readonly buckets: readonly Bucket[];
  /** Of the card without its other buckets. */
  words: string | null;
}

const byId = <T extends HTMLElement = HTMLElement>(id: string) => document.getElementById(id) as T;
const form = byId<HTMLFormElement>('filters');
const list = byId('causes');
const profiles = JSON.parse(list.dataset.profiles ?? '[]') as string[];
const ruleIds = JSON.parse(list.dataset.rules ?? '[]') as string[];
const FIELDS = ['text', 'standing', 'severity', 'profile', 'against', 'rule'] as const;
type Field = (typeof FIELDS)[number];
/** Where nobody judged what is new, there is no field for it. */
const fields = new Map(FIELDS.map((id) => [id, document.getElementById(id) as HTMLInputElement | HTMLSelectElement | null]));
const chosen = (id: Field) => fields.get(id)?.value ?? '';

const numbers = (text: string) => (text === '' ? [] : text.split(',').map(Number));
const causes: Cause[] = Array.from(document.querySelectorAll<HTMLDetailsElement>('details.cause'), (element) => ({
  element,
  buckets: Array.from(element.querySelectorAll<HTMLDetailsElement>('details.bucket'), bucketOf),
  words: null,
}));

function bucketOf(element: HTMLDetailsElement): Bucket {
  const { severity = '', standing = '', partition = '', sides = '', rules = '' } = element.dataset;
  return {
    element,
    severity,
    standing,
    partition: partition.split('|').map(numbers),
    sides: numbers(sides),
    rules: numbers(rules).map((index) => ruleIds[index]),
  };
}

function standsApart({ partition, sides }: Bucket): boolean {
  const [one, other] = [chosen('profile'), chosen('against')].map((name) => profiles.indexOf(name));
  if (one < 0 && other < 0) return true;
  if (one < 0 || other < 0) return sides.includes(Math.max(one, other));
  const groups = [one, other].map((seat) => partition.findIndex((group) => group.includes(seat)));
  return groups[0] >= 0 && groups[1] >= 0 && groups[0] !== groups[1];
}

const wanted = () => chosen('text').toLowerCase().split(/\s+/).filter(Boolean);

/** Of each bucket, or of the card that it is in. */
function hasWords(cause: Cause, bucket: Bucket, words: readonly string[]): boolean {
  if (words.length === 0) return true;
  cause.words ??=
    `${cause.element.querySelector('summary')?.textContent} ${cause.element.querySelector('.why')?.textContent}`.toLowerCase();
  const own = (bucket.element.textContent ?? '').toLowerCase();
  return words.every((word) => own.includes(word) || cause.words?.includes(word));
}

function fits(cause: Cause, bucket: Bucket, words: readonly string[]): boolean {
  const is = (field: Field, value: string) => chosen(field) === '' || chosen(field) === value;
  const rule = chosen('rule').trim();
  return (
    is('severity', bucket.severity) &&
    is('standing', bucket.standing) &&
    (rule === '' || bucket.rules.some((id) => id.includes(rule))) &&
    standsApart(bucket) &&
    hasWords(cause, bucket, words)
  );
}

const counted = (shown: number, all: number, noun: string) =>
  `${shown === all ? '' : `${shown} of `}${all} ${noun}${all === 1 ? '' : 's'}`;

function filter(): void {
  const words = wanted();
  let [shownCauses, shownBuckets] = [0, 0];
  for (const cause of causes) {
    let shown = 0;
    for (const bucket of cause.buckets) {
      bucket.element.hidden = !fits(cause, bucket, words);
      if (!bucket.element.hidden) shown++;
    }
    cause.element.hidden = shown === 0;
    if (shown > 0) shownCauses++;
    shownBuckets += shown;
  }
  const all = causes.reduce((sum, { buckets }) => sum + buckets.length, 0);
  byId('shown').textContent = `${counted(shownCauses, causes.length, 'cause')}, ${counted(shownBuckets, all, 'bucket')}`;
  for (const tile of document.querySelectorAll<HTMLElement>('button.tile'))
    tile.setAttribute('aria-pressed', `${chosen(tile.dataset.field as Field) === tile.dataset.value}`);
}

/** The address names what is filtered and what is open, so that it can be sent to somebody. */
function remember(at: string | null): void {
  const state = new URLSearchParams();
  for (const id of FIELDS) if (chosen(id) !== '') state.set(id, chosen(id));
  const text = state.size === 0 ? (at ?? '') : `${state}${at === null ? '' : `&at=${at}`}`;
  history.replaceState(null, '', text === '' ? location.href.split('#')[0] : `#${text}`);
}

function changed(): void {
  filter();
  remember(null);
}

form.addEventListener('input', changed);
form.addEventListener('submit', (event) => event.preventDefault());
form.addEventListener('reset', () => setTimeout(changed));

function choose(values: Partial<Record<Field, string>>): void {
  for (const [id, value] of Object.entries(values)) {
    const field = fields.get(id as Field);
    if (field) field.value = value;
  }
  changed();
  list.scrollIntoView();
}

for (const button of document.querySelectorAll<HTMLElement>('button.pair'))
  button.addEventListener('click', () => {
    const [profile, against] = numbers(button.dataset.pair ?? '').map((seat) => profiles[seat]);
    choose({ profile, against });
    fields.get('profile')?.focus({ preventScroll: true });
  });

for (const tile of document.querySelectorAll<HTMLElement>('button.tile'))
  tile.addEventListener('click', () => {
    const { field, value = '' } = tile.dataset;
    choose({ [field as Field]: chosen(field as Field) === value ? '' : value });
  });

async function copy(button: HTMLElement): Promise<void> {
  const source = button.parentElement?.querySelector('pre') as HTMLPreElement;
  let isDone = true;
  try {
    await navigator.clipboard.writeText(source.textContent ?? '');
  } catch {
    // Some browsers give no clipboard to a page from disk.
    getSelection()?.selectAllChildren(source);
    isDone = document.execCommand('copy');
  }
  button.textContent = isDone ? 'Copied' : 'Selected';
  setTimeout(() => {
    button.textContent = 'Copy';
  }, 2000);
}

for (const button of document.querySelectorAll<HTMLElement>('button.copier'))
  button.addEventListener('click', () => void copy(button));

/** A rule's sentence stands once in the page; where its id is named, it is put beside it when a reader gets there. */
function spellOut(details: Element): void {
  for (const link of details.querySelectorAll<HTMLAnchorElement>('.rule a:not(.told)')) {
    const sentence = document.querySelector(`${link.getAttribute('href')} .sentence`);
    link.classList.add('told');
    if (sentence === null) continue;
    const said = document.createElement('span');
    said.textContent = `${sentence.textContent} `;
    link.before(said);
  }
}

document.addEventListener(
  'toggle',
  ({ target }) => {
    if (!(target instanceof HTMLDetailsElement) || !target.open) return;
    if (target.matches('.bucket')) spellOut(target);
  },
  true,
);

function move(by: number): void {
  const shown = causes.filter(({ element }) => !element.hidden).map(({ element }) => element);
  if (shown.length === 0) return;
  const now = shown.findIndex((element) => element.contains(document.activeElement));
  const next = shown[Math.min(shown.length - 1, Math.max(0, now < 0 ? 0 : now + by))];
  next.querySelector('summary')?.focus({ preventScroll: true });
  next.scrollIntoView({ block: 'nearest' });
}

/** What was opened by the keyboard stands at the top, so that it can be read; the address is its own. */
function opened(summary: Element): void {
  const details = summary.parentElement as HTMLDetailsElement;
  if (!details.open || details.id === '') return;
  details.scrollIntoView({ block: 'start' });
  remember(details.id);
}

document.addEventListener('click', ({ target }) => {
  const summary = (target as Element).closest('details[id] > summary');
  if (summary === null) return;
  setTimeout(() => {
    const details = summary.parentElement as HTMLDetailsElement;
    if (details.open) remember(details.id);
  });
});

document.addEventListener('keydown', (event) => {
  const target = event.target as Element;
  if (event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === 'Escape') form.reset();
  else if (target.closest('input') !== null) return;
  else if (event.key === '/') {
    event.preventDefault();
    fields.get('text')?.focus();
  } else if (event.key === 'Enter' && target.matches('details[id] > summary')) setTimeout(() => opened(target));
  // A select takes letters for itself.
  else if (target.closest('select') === null && (event.key === 'j' || event.key === 'k')) move(event.key === 'j' ? 1 : -1);
});

/** `#b-0123456789ab`, `#c-...`, or `#severity=coherence&at=b-...`. */
function obeyAddress(): void {
  const fragment = location.hash.slice(1);
  const isState = fragment.includes('=');
  const state = new URLSearchParams(isState ? fragment : '');
  if (isState) for (const [id, field] of fields) if (field !== null) field.value = state.get(id) ?? '';
  filter();
  const place = isState ? state.get('at') : fragment;
  const target = place !== null && /^[bc]-[0-9a-f]+$/.test(place) ? document.getElementById(place) : null;
  for (let element = target; element !== null; element = element.parentElement)
    if (element instanceof HTMLDetailsElement) element.open = true;
  target?.scrollIntoView();
}

addEventListener('hashchange', obeyAddress);
obeyAddress();
