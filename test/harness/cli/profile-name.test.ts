/** What a user may call profiles: releases by spans, switches behind a plus. */
import { kernelAnswers, kernelAnswersText } from '../../../harness/cli/kernel-answers.js';
import { chosenProfiles } from '../../../harness/cli/panel-choice.js';
import { named, profileOf } from '../../../harness/cli/profile-name.js';
import { holding, released } from '../../../harness/cli/profile-release.js';
import { switchedProfiles, switchListText } from '../../../harness/cli/switch-list.js';
import { PROFILES } from '../../../models/registry.js';

const namesOf = (name: string) => named(name, PROFILES, '--models').profiles.map((profile) => profile.name);
const message = (name: string) => {
  try {
    return namesOf(name).join();
  } catch (error) {
    return (error as Error).message;
  }
};

/** Every branch of Linux that there was. */
const BRANCHES = [
  ...[27, 28, 29, 30, 31, 32, 33, 34, 35, 36, 37, 38, 39].map((minor) => `2.6.${minor}`),
  ...Array.from({ length: 20 }, (_, minor) => `3.${minor}`),
  ...Array.from({ length: 21 }, (_, minor) => `4.${minor}`),
  ...Array.from({ length: 20 }, (_, minor) => `5.${minor}`),
  ...Array.from({ length: 20 }, (_, minor) => `6.${minor}`),
  ...Array.from({ length: 4 }, (_, minor) => `7.${minor}`),
];
const STABLE = BRANCHES.flatMap((branch) => [branch, `${branch}.1`, `${branch}.5`, `${branch}.11`]);

describe('A release of a family', () => {
  test.each([
    ['intel-ept/5.15', 'intel-ept/5.17'],
    ['intel-ept/5.10.104', 'intel-ept/4.16'],
    ['intel-ept/4.18', 'intel-ept/4.16'],
    ['intel-ept/4.2.6', 'intel-ept/4.2.8'],
    ['intel-ept/3.14', 'intel-ept/2.6.31'],
    ['intel-ept/6.1.192', 'intel-ept/6.6'],
    ['intel-ept/6.12.20', 'intel-ept/6.12'],
    ['intel-ept/6.12.117', 'intel-ept/6.16'],
    ['intel-ept/6.11.5', 'intel-ept/6.12'],
    ['intel-ept/7.3.4', 'intel-ept/6.16'],
    ['xen-hvm/4.20', 'xen-hvm/ept-4.19,xen-hvm/shadow-4.18'],
    ['xen-hvm/4.22.0', 'xen-hvm/ept-4.21,xen-hvm/npt'],
  ])('%s is answered by %s, which is said', (name, profiles) => {
    expect(namesOf(name).join()).toBe(profiles);
    const { note } = named(name, PROFILES, '--models');
    expect(note).toMatch(`${name} answers as ${profiles.split(',')[0]} (`);
  });

  test.each(['intel-ept', 'amd-npt'])('between 2.6.27 and today is held by exactly one profile of %s', (family) => {
    const members = PROFILES.filter(({ lineage }) => lineage === family);
    expect(STABLE.filter((release) => holding(release, members).length !== 1)).toEqual([]);
  });

  test('is no proposal', () => {
    expect(released(PROFILES).filter(({ base }) => base !== undefined)).toEqual([]);
  });

  test.each([
    ['intel-ept/2.6.10', 'by release: intel-ept/2.6.27 (Linux 2.6.26 to 2.6.28-rc4)'],
    ['intel-ebt/5.15', 'by release: intel-ept/5.17 (Linux about 5.15 to about 5.19)'],
    ['sev-snp/6.10', 'by release: sev-snp/6.11 (Linux 6.11'],
    ['intel-ept/6.1.0-56-cloud-amd64', 'close to it: intel-ept/'],
    ['intel-etp', 'close to it: intel-ept'],
  ])('%s, which nothing holds, is refused with what is near: %s', (name, near) => {
    expect(message(name)).toMatch(/^--models: found the profile /);
    expect(message(name)).toContain(near);
  });
});

describe('Switches behind a plus', () => {
  test.each([
    ['intel-ept/6.16+leaf=classic,cdIgnoresPat', 'intel-ept/6.16+leaf=classic+cdIgnoresPat'],
    ['intel-ept/6.16+leaf=classic+cdIgnoresPat', 'intel-ept/6.16+leaf=classic+cdIgnoresPat'],
    ['intel-ept/6.16+cdIgnoresPat=true', 'intel-ept/6.16+cdIgnoresPat'],
    ['intel-ept/6.16+no-hasIgnoreGuestPatQuirk', 'intel-ept/6.16+no-hasIgnoreGuestPatQuirk'],
    ['intel-ept/5.15+zapsOnMtrrWrite=false', 'intel-ept/5.17+no-zapsOnMtrrWrite'],
    ['sev-snp/6.11+skip-zap', 'sev-snp/6.11+skip-zap'],
    // The value that it has anyway.
    ['intel-ept/6.16+leaf=no-guest-mtrr', 'intel-ept/6.16'],
  ])('%s is %s, and its name is known to findings', (name, canonical) => {
    expect(namesOf(name)).toEqual([canonical]);
    expect(profileOf(canonical, PROFILES)?.name).toBe(canonical);
    expect(profileOf(canonical, PROFILES)?.lineage).toBe(canonical.split('/')[0]);
  });

  test.each([
    [
      'intel-ept/6.16+lief=classic',
      'found the switch "lief", expected one that emtdiff models --switches lists; close to it: leaf',
    ],
    ['intel-ept/6.16+leaf=clasic', 'leaf=host-pat; did you mean "classic"?'],
    ['intel-ept/6.16+leaf', 'found "leaf", expected leaf=write-back '],
    ['intel-ept/6.16+cdIgnoresPat=yes', 'found "cdIgnoresPat=yes", expected cdIgnoresPat=false cdIgnoresPat=true'],
    ['intel-ept/6.16+', 'found the switch ""'],
    ['intel-ept/6.99.x+leaf=classic', 'found the profile "intel-ept/6.99.x"'],
  ])('%s is refused: %s', (name, expected) => {
    expect(message(name)).toContain(expected);
    expect(profileOf(name, PROFILES)).toBeUndefined();
  });

  test('stand beside other profiles in one list', () => {
    const list = 'intel-ept/6.16+leaf=classic, cdIgnoresPat, amd-npt/gpat,intel-ept/6.16+cdIgnoresPat,bare-metal';
    expect(chosenProfiles(list, []).map(({ name }) => name)).toEqual([
      'intel-ept/6.16+leaf=classic+cdIgnoresPat',
      'amd-npt/gpat',
      'intel-ept/6.16+cdIgnoresPat',
      'bare-metal/intel',
      'bare-metal/amd',
    ]);
  });

  test('are listed by family and by profile, once for each set', () => {
    expect(switchedProfiles('intel-ept', PROFILES).map(({ name }) => name)).toEqual(['intel-ept/6.16']);
    expect(switchedProfiles('xen-hvm', PROFILES).map(({ name }) => name)).toEqual([
      'xen-hvm/ept-4.21',
      'xen-hvm/npt',
      'xen-hvm/shadow-4.18',
    ]);
    const text = switchListText(switchedProfiles('intel-ept/6.6', PROFILES));
    expect(text).toContain('cdIgnoresPat=false|[true]');
    expect(text).toContain('Set otherwise: --models intel-ept/6.6+lookUp=none,no-checksMtrrTypes');
    expect(() => switchedProfiles('intel-etp', PROFILES)).toThrow('--switches: found the profile "intel-etp"');
  });
});

describe('models --kernel', () => {
  test('lists the profile of each family, or what is near', () => {
    const answers = kernelAnswers('5.15', PROFILES);
    expect(answers.map(({ family }) => family)).toEqual(expect.arrayContaining(['intel-ept', 'amd-npt', 'shadow-paging', 'tdx']));
    const text = kernelAnswersText('5.15', answers);
    expect(text).toMatch(/^Linux 5.15 answers as\n {2}intel-ept\/5.17 +Linux about 5.15 to about 5.19\n/);
    expect(text).toMatch(/\n {2}tdx +no profile; nearest: tdx\/6.16 /);
    expect(text).not.toContain('xen-hvm');
  });

  test.each(['rhel8', '5', '5.15.0-91-generic', ''])('refuses %j', (release) => {
    expect(() => kernelAnswers(release, PROFILES)).toThrow('--kernel: found');
  });
});
