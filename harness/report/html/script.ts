/** What the HTML report does in a browser. Plain text: it is never run here. Without it the page can still be read. */
export const SCRIPT = `'use strict';
(() => {
  const byId = (id) => document.getElementById(id);
  const form = byId('filters');
  // Where nobody judged what is new, there is no such field.
  const [text, standing, severity, profile, against, rule] = ['text', 'standing', 'severity', 'profile', 'against', 'rule'].map(byId);
  const buckets = Array.from(document.querySelectorAll('details.bucket'), (element) => ({
    element,
    severity: element.dataset.severity,
    standing: element.dataset.standing,
    partition: JSON.parse(element.dataset.partition),
    sides: JSON.parse(element.dataset.sides),
    rules: JSON.parse(element.dataset.rules),
    words: null,
  }));

  const groupOf = ({ partition }, name) => partition.findIndex((group) => group.includes(name));

  function standsApart(bucket) {
    const first = profile.value || against.value;
    if (first === '') return true;
    if (profile.value === '' || against.value === '') return bucket.sides.includes(first);
    const one = groupOf(bucket, profile.value);
    const other = groupOf(bucket, against.value);
    return one >= 0 && other >= 0 && one !== other;
  }

  function hasWords(bucket) {
    const wanted = text.value.toLowerCase().split(' ').filter((word) => word !== '');
    if (wanted.length === 0) return true;
    bucket.words ??= bucket.element.textContent.toLowerCase();
    return wanted.every((word) => bucket.words.includes(word));
  }

  function filter() {
    let shown = 0;
    for (const bucket of buckets) {
      const fits =
        (severity.value === '' || bucket.severity === severity.value) &&
        (standing === null || standing.value === '' || bucket.standing === standing.value) &&
        bucket.rules.concat(rule.value === '' ? [''] : []).some((id) => id.includes(rule.value.trim())) &&
        standsApart(bucket) &&
        hasWords(bucket);
      bucket.element.hidden = !fits;
      if (fits) shown++;
    }
    const all = buckets.length === 1 ? '1 bucket' : buckets.length + ' buckets';
    byId('shown').textContent = shown === buckets.length ? all : shown + ' of ' + all;
  }

  form.addEventListener('input', filter);
  form.addEventListener('submit', (event) => event.preventDefault());
  form.addEventListener('reset', () => setTimeout(filter));

  for (const button of document.querySelectorAll('button.pair')) {
    button.addEventListener('click', () => {
      [profile.value, against.value] = JSON.parse(button.dataset.pair);
      filter();
      byId('buckets').scrollIntoView();
      profile.focus({ preventScroll: true });
    });
  }

  async function copy(button) {
    const source = button.parentElement.querySelector('pre');
    let done = true;
    try {
      await navigator.clipboard.writeText(source.textContent);
    } catch {
      // Some browsers give no clipboard to a page from disk.
      getSelection().selectAllChildren(source);
      done = document.execCommand('copy');
    }
    button.textContent = done ? 'Copied' : 'Selected';
    setTimeout(() => { button.textContent = 'Copy'; }, 2000);
  }
  for (const button of document.querySelectorAll('button.copier')) button.addEventListener('click', () => copy(button));

  function move(by) {
    const shown = buckets.filter(({ element }) => !element.hidden).map(({ element }) => element);
    if (shown.length === 0) return;
    const now = shown.findIndex((element) => element.contains(document.activeElement));
    const next = shown[Math.min(shown.length - 1, Math.max(0, now < 0 ? 0 : now + by))];
    next.querySelector('summary').focus();
    next.scrollIntoView({ block: 'nearest' });
  }

  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return;
    if (event.key === 'Escape') { form.reset(); return; }
    if (event.target.closest('input') !== null) return;
    if (event.key === '/') { event.preventDefault(); text.focus(); }
    // A select takes letters for itself.
    if (event.target.closest('select') !== null) return;
    if (event.key === 'j') move(1);
    if (event.key === 'k') move(-1);
  });

  function openTarget() {
    const target = /^#bucket-[0-9]+$/.test(location.hash) ? document.querySelector(location.hash) : null;
    if (target !== null) { target.open = true; target.scrollIntoView(); }
  }
  addEventListener('hashchange', openTarget);
  openTarget();
  // A browser may bring back what a reader had typed before reloading.
  filter();
})();
`;
