import { doctorText } from '../../../harness/lab/doctor.js';

test('What is missing comes as one line that installs it, then what else to do', () => {
  const text = doctorText([
    { what: 'cc', isThere: true, package: 'gcc' },
    { what: 'bochs-bin', isThere: false, package: 'bochs' },
    { what: '/usr/share/bochs/BIOS-bochs-latest', isThere: false, package: 'bochsbios' },
    { what: 'a kernel', isThere: false, remedy: 'emtdiff lab fetch' },
    { what: '/dev/kvm', isThere: false, isOptional: true },
  ]);
  expect(text).toBe(`ok       cc
MISSING  bochs-bin
MISSING  /usr/share/bochs/BIOS-bochs-latest
MISSING  a kernel
absent   /dev/kvm

What to do:
  apt-get install --no-install-recommends bochs bochsbios
  emtdiff lab fetch
`);
});

test('Where all is there, it says what to run', () => {
  expect(doctorText([{ what: 'cc', isThere: true }])).toContain('Everything is here: emtdiff fuzz --lab qemu');
});
