/** An emulator of a whole machine: what it is started with, where its console is written, where it speaks with the agent. */
import type { Kernel } from '../kernel.js';

export type EmulatorName = 'qemu' | 'bochs';
export const EMULATOR_NAMES: readonly EmulatorName[] = ['qemu', 'bochs'];

export interface Machine {
  readonly kernel: Kernel;
  /** Path of the initial file system. */
  readonly archive: string;
  /** Processor model as the emulator calls it. */
  readonly cpu: string;
  /** Megabytes. */
  readonly memory: number;
}

export interface Launch {
  readonly program: string;
  readonly args: readonly string[];
  /** File that its first serial port writes. */
  readonly console: string;
  /** Where its second serial port listens: a path, or a port of this machine. */
  readonly socket: { readonly path: string } | { readonly host: string; readonly port: number };
}

export interface Emulator {
  readonly name: EmulatorName;
  readonly vendor: 'intel' | 'amd';
  /** In the order in which they are tried: a kernel may not start on the first. */
  readonly cpus: readonly string[];
  readonly memory: number;
  /** Longest times without a sign of life, in milliseconds: while it starts, and while it does a scenario. */
  readonly patience: { readonly start: number; readonly scenario: number };
  /** Programs that it takes, each with the Debian package that has it. */
  readonly needs: readonly { readonly program: string; readonly package: string }[];
  readonly files: readonly { readonly path: string; readonly package: string }[];
  /** `QEMU 7.2`: what answers name that were recorded in it. */
  version(): Promise<string>;
  launch(machine: Machine, folder: string): Promise<Launch>;
}

/**
 * Arguments of the emulated kernel. Without no_timer_check it panics now and then under load; without panic=-1 it then hangs. Expedited
 * grace periods: a VM ends in a fifth of the time.
 */
export const COMMAND_LINE =
  'console=ttyS0 quiet no_timer_check panic=-1 mitigations=off nokaslr tsc=reliable rcupdate.rcu_expedited=1 memmap=4M$0x60000000';
