/** A register of one CPU as the OS reads and writes it. Linux: native_read_msr(), ex_handler_msr(). */
import type { GuestSubject } from '../contract/guest-os.js';
import { OK, outcomeOf } from '../contract/observation.js';

export interface Halves {
  readonly hi: number;
  readonly lo: number;
}

const ZERO: Halves = { hi: 0, lo: 0 };

/** RDMSR; one that faults reads as 0. */
export function read(subject: GuestSubject, vcpu: number, msr: number): Halves {
  const observation = subject.readMsr(vcpu, msr);
  return outcomeOf(observation) === OK ? { hi: subject.valueHi >>> 0, lo: subject.valueLo >>> 0 } : ZERO;
}

/** WRMSR; a fault is logged and goes by. */
export function write(subject: GuestSubject, vcpu: number, msr: number, { hi, lo }: Halves): void {
  subject.writeMsr(vcpu, msr, hi, lo);
}

/** WRMSR if the CPU holds something else. */
export function writeIfDifferent(subject: GuestSubject, vcpu: number, msr: number, wanted: Halves): void {
  const held = read(subject, vcpu, msr);
  if (held.hi !== wanted.hi || held.lo !== wanted.lo) write(subject, vcpu, msr, wanted);
}
