/** Bochs: the one emulator with VMX and EPT, so that kvm_intel runs in it. */
import { createServer } from 'node:net';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { run } from '../command.js';
import { bootDisc } from '../initial-filesystem.js';
import { COMMAND_LINE, type Emulator, type Machine } from './emulator.js';

const ROM = '/usr/share/bochs/BIOS-bochs-latest';
const VGA_ROM = '/usr/share/vgabios/vgabios.bin';

export const bochs: Emulator = {
  name: 'bochs',
  vendor: 'intel',
  // Linux 7.3 panics on the state components of the first one.
  cpus: ['corei7_skylake_x', 'corei7_haswell_4770'],
  memory: 2048,
  patience: { start: 600_000, scenario: 180_000 },
  needs: [
    { program: 'bochs-bin', package: 'bochs' },
    { program: 'grub-mkrescue', package: 'grub-common' },
    { program: 'xorriso', package: 'xorriso' },
    { program: 'mformat', package: 'mtools' },
  ],
  files: [
    { path: ROM, package: 'bochsbios' },
    { path: VGA_ROM, package: 'vgabios' },
    { path: '/usr/lib/grub/i386-pc', package: 'grub-pc-bin' },
  ],
  async version() {
    const said = await run('sh', ['-c', 'bochs-bin --help 2>&1'], { what: 'bochs-bin' });
    return `Bochs ${/Bochs x86 Emulator (\d+\.\d+)/.exec(said)?.[1] ?? ''}`.trim();
  },
  async launch(machine, folder) {
    const console = join(folder, 'console.txt');
    const port = await freePort();
    const disc = await bootDisc(machine.kernel, machine.archive, COMMAND_LINE);
    writeFileSync(join(folder, 'bochsrc'), configuration(machine, disc, console, port));
    // The debugger of Debian's build waits at reset for a command.
    writeFileSync(join(folder, 'rc'), 'c\n');
    const args = ['-q', '-f', join(folder, 'bochsrc'), '-rc', join(folder, 'rc'), '-log', join(folder, 'bochs.log')];
    return { program: 'bochs-bin', args, console, socket: { host: '127.0.0.1', port } };
  },
};

function configuration({ cpu, memory }: Machine, disc: string, console: string, port: number): string {
  return [
    'display_library: rfb, options="timeout=0"',
    // Reading an MSR that Bochs lacks must not end it.
    `cpu: model=${cpu}, count=1, ips=100000000, reset_on_triple_fault=0, ignore_bad_msrs=1`,
    `memory: guest=${memory}, host=${memory}`,
    `romimage: file=${ROM}`,
    `vgaromimage: file=${VGA_ROM}`,
    'pci: enabled=1, chipset=i440fx, slot1=pcivga',
    `ata0-master: type=cdrom, path=${disc}, status=inserted`,
    'boot: cdrom',
    'clock: sync=none',
    `com1: enabled=1, mode=file, dev=${console}`,
    `com2: enabled=1, mode=socket-server, dev=localhost:${port}`,
    // Without a sound card Debian's Bochs aborts in the driver of the speaker.
    'speaker: enabled=0',
    'sound: waveoutdrv=dummy, waveindrv=dummy, midioutdrv=dummy',
    'panic: action=fatal',
    '',
  ].join('\n');
}

function freePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const { port } = server.address() as { port: number };
      server.close(() => resolve(port));
    });
  });
}
