/** A run of one bucket in which every text that others may choose is hostile. */
export const HOSTILE = `</script><img src=x onerror="document.title='owned'">'&]]>\u202e\u001b[31m`;

const RULE = 'intel-ept.no-noncoherent-dma';
const EVIL_RULE = `evil.${HOSTILE}`;
const NAMES = ['bare-metal/intel', HOSTILE];
const BUCKET = {
  id: 'memtype-access~a~b',
  severity: 'coherence',
  lens: 'memtype',
  step: { op: 'access', index: 2 },
  expected: NAMES[0],
  got: NAMES[1],
  partition: [[NAMES[0]], [NAMES[1]]],
  abstaining: [HOSTILE],
  answers: [
    { outcome: 'ok', memtype: 'UC' },
    { outcome: 'ok', memtype: 'WB' },
  ],
  rules: [RULE, EVIL_RULE],
  groupRules: [[RULE], [EVIL_RULE]],
  count: 3,
  case: 7,
  alias: null,
  scenario: {
    format: 'emtdiff-scenario/1',
    name: HOSTILE,
    machine: { regions: [{ gfn: '0x0', pages: '0x100', backing: 'ram' }] },
    steps: [
      { op: 'write-msr', vcpu: 0, msr: '0x200', value: '0x10001' },
      { op: 'write-msr', vcpu: 0, msr: '0x201', value: '0x3ffffffff800' },
      { op: 'access', vcpu: 0, gfn: '0x10', kind: 'read', pat: 0 },
    ],
  },
};

/** A second bucket, harmless: text, severity and profiles differ. */
const MILD = { ...BUCKET, id: 'memtype-access~a~c', severity: 'performance', rules: [RULE, RULE], groupRules: [[RULE], [RULE]] };

export const DOCUMENT = {
  format: 'emtdiff-fuzz/1',
  version: '0.1.0',
  seed: HOSTILE,
  cases: 20,
  steps: 400,
  profiles: NAMES,
  interrupted: false,
  health: { faultingWrites: 0.1, mappedAccesses: 0.9, operations: { access: 300, 'write-msr': 100 } },
  timing: { seconds: 1, casesPerSecond: 20 },
  unreachedRules: [EVIL_RULE],
  buckets: [MILD, BUCKET],
  modelFaults: [{ profile: HOSTILE, case: 3, seed: HOSTILE, message: HOSTILE }],
};

const OK = { outcome: 'ok' };
export const FINDING = {
  format: 'emtdiff-finding/1',
  bucket: {
    id: BUCKET.id,
    lens: BUCKET.lens,
    op: BUCKET.step.op,
    rules: BUCKET.rules,
    causes: ['a', 'b'],
    severity: BUCKET.severity,
  },
  profiles: NAMES,
  step: BUCKET.step.index,
  expected: BUCKET.expected,
  got: BUCKET.got,
  partition: BUCKET.partition,
  abstaining: BUCKET.abstaining,
  answers: BUCKET.answers,
  scenario: BUCKET.scenario,
  replay: `npx emtdiff replay --seed '${HOSTILE}' --case 7`,
  observations: {
    [NAMES[0]]: [OK, OK, { outcome: 'ok', memtype: 'UC', rule: RULE }],
    [NAMES[1]]: [OK, OK, { outcome: 'ok', memtype: 'WB', rule: EVIL_RULE }],
  },
};
