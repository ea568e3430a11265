/** The messages of docs/scenario-format.md, "External models": newline-delimited JSON, one object a line. */
import type { OperationName } from '../../models/contract/operation.js';
import { OPERATION_NAMES } from '../operations/registry.js';
import { type Place, shown, UsageError } from '../operations/usage-error.js';
import { readJson } from '../scenario/json.js';
import { list, object, record, optional } from '../scenario/shape.js';
import { custom, oneOf, text } from '../scenario/shape-values.js';

export const PROTOCOL = 1;

export interface Hello {
  readonly name: string;
  /** The profile it claims to be; may be one that nobody here knows, or absent. */
  readonly profile?: string;
  /** What it answers; a step of another operation is `n/a`. */
  readonly operations: ReadonlySet<OperationName>;
  /** What reports print of it: kernel release, module parameters, host. */
  readonly facts?: Readonly<Record<string, string>>;
}

/** A message: an object with a `type`. */
export type Message = Readonly<Record<string, unknown>> & { readonly type: string };

/**
 * @param line null for one that is not UTF-8.
 * @param sender how errors call it.
 * @throws {UsageError} for a line that is no message, repeats a key or nests deeper than 64.
 */
export function parseMessage(line: string | null, sender: string): Message {
  if (line === null || !isJson(line)) return refuse(line === null ? 'a line that is not UTF-8' : shown(line));
  const value = readJson(line, sender);
  if (typeof value === 'object' && value !== null && typeof (value as Message).type === 'string') return value as Message;
  return refuse(shown(value));

  function refuse(found: string): never {
    throw new UsageError(`${sender}: found ${found}, expected a message: a JSON object with "type" on one line`);
  }
}

/** Asked first, because `readJson` lists all that is wrong, which can be much in a long line of garbage. */
function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

const HELLO = object({
  type: oneOf(['hello']),
  protocol: custom((value, place) => (value === PROTOCOL ? PROTOCOL : place.fail(value, `${PROTOCOL}`)), { const: PROTOCOL }),
  name: text,
  profile: optional(text),
  operations: list(oneOf(OPERATION_NAMES)),
  facts: optional(record(text)),
});

/** The hello of an external model. @throws {UsageError} */
export function parseHello(message: Message, place: Place): Hello {
  if (message.type !== 'hello') place.at('type').fail(message.type, '"hello" before anything else');
  const { name, profile, operations, facts } = HELLO.parse(message, place);
  return {
    name,
    ...(profile === undefined ? {} : { profile }),
    operations: new Set(operations),
    ...(facts === undefined ? {} : { facts }),
  };
}

/** The hello that either side writes; the asking side has nothing to say but the protocol. */
export function helloLine(hello?: Hello): string {
  const about = hello === undefined ? {} : { ...hello, operations: [...hello.operations] };
  return JSON.stringify({ type: 'hello', protocol: PROTOCOL, ...about });
}
