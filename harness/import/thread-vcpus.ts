/** Which vCPU a thread runs: entry, exit and fault events say it, QEMU's thread names do, else the order in which threads appear. */
import { UsageError } from '../operations/usage-error.js';

const QEMU_NAME = /^CPU (\d+)\/(?:KVM|TCG)$/;
/** A scenario has at most so many vCPUs. */
export const MOST_VCPUS = 8;

export class ThreadVcpus {
  /** As events last said, by thread. */
  private readonly told = new Map<number, number>();
  /** As events said first, over the whole trace: for what comes before. */
  private readonly toldLater = new Map<number, number>();
  private readonly guessed = new Map<number, number>();
  /** The thread that was last seen as this vCPU. */
  private readonly holders = new Map<number, number>();
  private readonly retired = new Set<number>();
  /** By thread guessed. */
  private readonly guesses = new Map<number, string>();

  constructor(private readonly file: string) {}

  /** Back to the start of the trace, knowing what it says later. */
  restart(): void {
    for (const [pid, vcpu] of this.told) if (!this.toldLater.has(pid)) this.toldLater.set(pid, vcpu);
    this.told.clear();
    this.guessed.clear();
    this.holders.clear();
    this.retired.clear();
  }

  /** What no event tells, not later in the trace either. */
  get notes(): string[] {
    return [...this.guesses].filter(([pid]) => !this.toldLater.has(pid)).map(([, note]) => note);
  }

  tell(pid: number, vcpu: number): void {
    this.told.set(pid, vcpu);
  }

  of(pid: number, task: string, line: number): number {
    const name = QEMU_NAME.exec(task);
    return (
      this.told.get(pid) ?? (name === null ? undefined : Number(name[1])) ?? this.toldLater.get(pid) ?? this.guess(pid, task, line)
    );
  }

  private guess(pid: number, task: string, line: number): number {
    const known = this.guessed.get(pid);
    if (known !== undefined) return known;
    const vcpu = this.guessed.size;
    this.guessed.set(pid, vcpu);
    this.guesses.set(
      pid,
      `assumed: thread ${task}-${pid} (line ${line}) is vCPU ${vcpu}, in the order of appearance: neither an event nor its name tells`,
    );
    return vcpu;
  }

  /**
   * Whether this thread takes the vCPU over from another one: then another VM begins.
   * @throws {UsageError} where the other one comes back: two VMs at once
   */
  takesOver(pid: number, vcpu: number, line: number): boolean {
    const holder = this.holders.get(vcpu);
    if (holder === pid) return false;
    if (this.retired.has(pid))
      throw new UsageError(
        `${this.file}: line ${line}: found threads ${pid} and ${holder} both as vCPU ${vcpu}, expected the trace of one VM at a time: record with set_event_pid, or cut the other's lines`,
      );
    const isTaken = holder !== undefined;
    if (isTaken) {
      for (const other of this.holders.values()) this.retired.add(other);
      this.holders.clear();
    }
    this.holders.set(vcpu, pid);
    return isTaken;
  }
}
