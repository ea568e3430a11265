/** An archive that the kernel unpacks as its first file system. Source: Linux Documentation/driver-api/early-userspace/buffer-format.rst. */

export interface Entry {
  /** Without a leading slash. */
  readonly path: string;
  /** Absent: a folder. */
  readonly content?: Buffer;
}

const FOLDER = 0o40755;
const FILE = 0o100755;

/** The `newc` format: the same entries make the same bytes. */
export function cpio(entries: readonly Entry[]): Buffer {
  const all = [
    ...entries.map((entry, index) => record(entry, index + 1)),
    record({ path: 'TRAILER!!!', content: Buffer.alloc(0) }, 0),
  ];
  return Buffer.concat(all);
}

function record({ path, content }: Entry, inode: number): Buffer {
  const name = Buffer.from(`${path}\0`);
  const size = content?.length ?? 0;
  const fields = [inode, content === undefined ? FOLDER : FILE, 0, 0, 1, 0, size, 0, 0, 0, 0, name.length, 0];
  const head = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return Buffer.concat([padded(Buffer.concat([head, name])), padded(content ?? Buffer.alloc(0))]);
}

/** To a multiple of four bytes. */
function padded(bytes: Buffer): Buffer {
  return Buffer.concat([bytes, Buffer.alloc((4 - (bytes.length % 4)) % 4)]);
}
