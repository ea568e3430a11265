/** Which commands of external models hold: they come from flags, environment or configuration, never from a scenario, a corpus or a run folder. */
import { UsageError } from '../operations/usage-error.js';
import type { ExternalOptions } from '../external/external-options.js';
import type { Settings } from './options/settings.js';

/** What a kernel in an emulator may take to start, and to come back. */
const LAB_TIMEOUT_MS = 15 * 60_000;
const LAB_PREFIX = 'lab-';

/** `--external` as it stands, then `--lab EMULATOR [OPTIONS]` as the command that serves it, named `lab-EMULATOR`. */
export function externalDefinitions(settings: Settings): readonly string[] {
  const [node, main] = [process.execPath, process.argv[1]].map((path) => `'${path.replaceAll("'", "'\\''")}'`);
  const labs = settings.list('lab').map((lab) => {
    const [emulator, ...options] = lab.split(' ');
    return `${LAB_PREFIX}${emulator}=exec ${[node, main, 'lab', 'serve', '--emulator', emulator, ...options].join(' ')}`;
  });
  return [...settings.list('external'), ...labs];
}

/** How long the model may be silent, and whether its log is for the user. */
export function externalOptions(settings: Settings, name: string): ExternalOptions {
  const isLab = name.startsWith(LAB_PREFIX);
  const timeoutMs = settings.milliseconds('external-timeout') ?? (isLab ? LAB_TIMEOUT_MS : undefined);
  const mostFailures = settings.number('external-failures');
  return {
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
    ...(mostFailures === undefined ? {} : { mostFailures }),
    ...(isLab ? { onLog: (text: string) => void process.stderr.write(text) } : {}),
  };
}

/** The name in `NAME=COMMAND`. */
const nameOf = (definition: string) => definition.split('=')[0];

const isFlagged = (settings: Settings) => ['external', 'lab'].some((option) => settings.origin(option) === 'flag');

/** All that flags name; of those configured, the ones that are wanted. */
export function wantedExternals(settings: Settings, isWanted: (name: string) => boolean): readonly string[] {
  const all = externalDefinitions(settings);
  return isFlagged(settings) ? all : all.filter((definition) => isWanted(nameOf(definition)));
}

/** Commands for the external models of a run, in its order. @throws {UsageError} where one is missing, or a flag names others */
export function externalsOfRun(names: readonly string[], settings: Settings, option: string): readonly string[] {
  const wanted = wantedExternals(settings, (name) => names.includes(name));
  const ordered = isFlagged(settings) ? wanted : [...wanted].sort((a, b) => names.indexOf(nameOf(a)) - names.indexOf(nameOf(b)));
  const found = ordered.map(nameOf);
  if (found.join() !== names.join())
    throw new UsageError(
      `${option}: found externals [${found.join(', ')}], expected [${names.join(', ')}] by --external NAME=COMMAND or in a configuration`,
    );
  return ordered;
}
