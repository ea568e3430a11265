/** What is published of the table: the schema of a configuration file, and the table of settings of docs/configuration.md. */
import { type Option, variableOf } from './option.js';
import { SETTINGS } from './table.js';

type Json = Readonly<Record<string, unknown>>;

/** JSON Schema of a configuration. */
export function configurationSchema(): Json {
  const properties: Record<string, unknown> = { $schema: { description: 'for editors' } };
  for (const option of SETTINGS) {
    const [first, second] = option.key.split('.');
    if (second === undefined) properties[first] = described(option);
    else {
      const outer = (properties[first] as { properties: Json } | undefined)?.properties ?? {};
      properties[first] = { type: 'object', additionalProperties: false, properties: { ...outer, [second]: described(option) } };
    }
  }
  Object.assign(properties.budgets as object, { not: { required: ['cases', 'time'] } });
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $id: 'emtdiff-configuration/1',
    title:
      'Configuration of emtdiff: emtdiff.config.json, the default export of emtdiff.config.js, or the key emtdiff of package.json',
    type: 'object',
    additionalProperties: false,
    properties,
  };
}

function described({ help, fallback, kind }: Option): Json {
  return { description: fallback === undefined ? help : `${help}; default: ${fallback}`, ...kind.schema };
}

/** Markdown: key, flag, variable, default. */
export function settingsTable(): string {
  const rows = SETTINGS.map((option) => {
    const { key, fallback = '', note } = option;
    const own = note === undefined ? fallback : `${fallback}. ${note}`;
    return `| \`${key}\` | ${flagsOf(option)} | \`${variableOf(option)}\` | ${own} |`;
  });
  return ['| file | flag | environment | default |', '|---|---|---|---|', ...rows].join('\n');
}

function flagsOf({ name, value, off, kind }: Option): string {
  const flag = `\`--${name}${value === undefined ? '' : ` ${value}`}\``;
  if (kind.takes === 'texts') return `${flag}, repeatable`;
  return off === undefined ? flag : `${flag} or \`--${off}\``;
}
