/** QEMU without /dev/kvm: its translator emulates SVM with nested paging, so that kvm_amd runs in it. */
import { join } from 'node:path';
import { run } from '../command.js';
import { COMMAND_LINE, type Emulator, type Machine } from './emulator.js';

/** `phys-bits`: the model's 48 bits are more than the translator walks. */
const CPUS = ['EPYC,+svm,+npt,phys-bits=46'];

export const qemu: Emulator = {
  name: 'qemu',
  vendor: 'amd',
  cpus: CPUS,
  memory: 2048,
  patience: { start: 120_000, scenario: 60_000 },
  needs: [{ program: 'qemu-system-x86_64', package: 'qemu-system-x86' }],
  files: [],
  async version() {
    const said = await run('qemu-system-x86_64', ['--version'], { what: 'qemu-system-x86_64' });
    return `QEMU ${/version (\d+\.\d+)/.exec(said)?.[1] ?? ''}`.trim();
  },
  async launch(machine, folder) {
    const console = join(folder, 'console.txt');
    const path = join(folder, 'agent.sock');
    return { program: 'qemu-system-x86_64', args: argumentsOf(machine, console, path), console, socket: { path } };
  },
};

function argumentsOf({ kernel, archive, cpu, memory }: Machine, console: string, path: string): readonly string[] {
  return [
    ...['-accel', 'tcg', '-cpu', cpu, '-smp', '1', '-m', `${memory}`, '-display', 'none', '-nodefaults', '-no-reboot'],
    ...['-chardev', `file,path=${console},id=console`, '-device', 'isa-serial,chardev=console'],
    ...['-chardev', `socket,path=${path},server=on,wait=off,id=agent`, '-device', 'isa-serial,chardev=agent'],
    // A device whose BAR is memory: what the backings device and device-wc are made of.
    ...['-object', 'memory-backend-ram,id=bar,size=16M,share=on', '-device', 'ivshmem-plain,memdev=bar'],
    ...['-kernel', kernel.image, '-initrd', archive, '-append', COMMAND_LINE],
  ];
}
