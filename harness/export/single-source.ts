/** Several C files as one: what they include once at the top, their static names kept apart. */

export interface SourceFile {
  readonly name: string;
  readonly text: string;
}

const INCLUDE = /^#include ([<"])([^>"]+)[>"].*$/gm;
/** A static function or object at the start of a line. */
const STATIC = /^(?:_Noreturn )?static (?!const char \*const BACKING_NAMES)[^;(={]*?\b(\w+)(?=\s*(?:\[[^\]]*\])*\s*[(=;,[{])/gm;
const ENUMERATION = /^enum \{([^}]*)\};/gm;

/**
 * @param headers their text stands in place of the first `#include` of each, wherever that is
 * @param sources in the order in which they shall stand
 */
export function singleSource(sources: readonly SourceFile[], headers: Readonly<Record<string, string>>): string {
  const system = new Set<string>();
  for (const { text } of [...sources, ...Object.entries(headers).map(([name, text]) => ({ name, text }))])
    for (const [, bracket, path] of text.matchAll(INCLUDE)) if (bracket === '<') system.add(path);
  const shared = sharedNames(sources);
  const included = new Set<string>();
  const body = (text: string): string =>
    text.replace(INCLUDE, (line, bracket: string, path: string) => {
      if (bracket === '<') return '';
      const header = headers[path];
      if (header === undefined) return line;
      if (included.has(path)) return '';
      included.add(path);
      return body(header);
    });
  const parts = sources.map((source) => {
    const prefix = source.name.replace(/\W+/g, '_').replace(/_c$/, '');
    const own = shared.filter((name) => namesOf(source.text).includes(name));
    return [
      `/* ---- ${source.name} ---- */`,
      ...own.map((name) => `#define ${name} ${prefix}_${name}`),
      body(source.text).trim(),
      ...own.map((name) => `#undef ${name}`),
      '',
    ].join('\n');
  });
  return `${[...system]
    .sort()
    .map((path) => `#include <${path}>`)
    .join('\n')}\n\n${parts.join('\n')}`;
}

/** Names that more than one file has for itself. */
function sharedNames(sources: readonly SourceFile[]): string[] {
  const all = sources.flatMap(({ text }) => namesOf(text));
  return [...new Set(all.filter((name, index) => all.indexOf(name) !== index))];
}

function namesOf(text: string): string[] {
  const objects = [...text.matchAll(STATIC)].map(([, name]) => name);
  const constants = [...text.matchAll(ENUMERATION)].flatMap(([, list]) =>
    list.split(',').map((entry) => entry.trim().split(/\s|=/)[0]),
  );
  return [...new Set([...objects, ...constants])].filter((name) => name !== '');
}
