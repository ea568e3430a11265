import { runGuarded } from '../../../harness/engine/guarded-campaign.js';
import { watchdog } from '../../../harness/engine/watchdog.js';
import { LedgerGate } from '../../../harness/ledger/gate.js';
import { readLedger } from '../../../harness/ledger/ledger.js';
import { FICKLENESS } from '../../../harness/panel/faults.js';
import { Interrupted } from '../../../harness/run/guard.js';
import { OK, plain } from '../../../models/contract/observation.js';
import type { Model, Profile } from '../../../models/contract/model.js';
import { planted, profileNamed } from '../../planted-faults/faulty.js';

const SOUND = profileNamed('intel-ept/6.6');
const LIMIT = 400;

function forever(): never {
  for (;;);
}

const campaign = (profiles: readonly Profile[], cases: number, guard = watchdog(LIMIT)) =>
  runGuarded({ seed: 'loops', profiles, lenses: ['memtype', 'msr'], cases, guard, shouldStop: () => false });

describe('A watchdog', () => {
  test('ends a loop without end, hands on what work returns and throws', () => {
    const guard = watchdog(100);
    expect(() => guard(forever)).toThrow(Interrupted);
    expect(guard(() => 7)).toBe(7);
    const fault = new RangeError('own');
    expect(() =>
      guard(() => {
        throw fault;
      }),
    ).toThrow(fault);
  });
});

describe('A model of ours that loops', () => {
  test('is told with its case; the others and the cases after it are counted as without', async () => {
    let calls = 0;
    const looping = planted(SOUND, 'loops', (sound) => ({
      writeCr0: (...args: Parameters<Model['writeCr0']>) => (++calls === 40 || calls === 41 ? forever() : sound.writeCr0(...args)),
    }));
    const result = await campaign([SOUND, looping], 200);
    expect(result.modelFaults).toEqual([
      {
        profile: 'intel-ept/loops',
        case: expect.any(Number),
        seed: 'loops',
        message: expect.stringMatching(/^loops: no answer in time/),
      },
    ]);
    expect(result.modelFaults[0].case).toBeGreaterThanOrEqual(0);
    expect(result.cases).toBe(200);
    expect(result.findings).toEqual([]);
    expect(result.health.steps).toBe((await campaign([SOUND, SOUND], 200)).health.steps);
  });

  test('that was slow once, and is not when asked anew, is no fault', async () => {
    let calls = 0;
    const slow = planted(SOUND, 'slow', (sound) => ({
      writeCr0: (...args: Parameters<Model['writeCr0']>) => (++calls === 40 ? forever() : sound.writeCr0(...args)),
    }));
    const result = await campaign([SOUND, slow], 200);
    expect([result.modelFaults, result.findings, result.cases]).toEqual([[], [], 200]);
  });

  test('always is asked no more after three cases', async () => {
    const looping = planted(SOUND, 'loops', () => ({ writeCr0: forever }));
    const result = await campaign([SOUND, looping], 300, watchdog(150));
    expect(result.modelFaults.map(({ message }) => /asked no more/.test(message))).toEqual([false, false, true]);
    expect([result.cases, result.findings]).toEqual([300, []]);
  });

  test('on a candidate of minimising is told, and the finding stands', async () => {
    // Wrong at PAT index 1, and without end where a scenario has a single step: no random case has.
    const looping = planted(SOUND, 'shrinks', (sound) => {
      let steps = 0;
      return {
        reset: (machine) => {
          steps = 0;
          sound.reset(machine);
        },
        readMsr: (...args) => (steps++ === 0 && args[1] === 0x277 ? forever() : sound.readMsr(...args)),
        writeMsr: (...args) => {
          steps++;
          return args[1] === 0x277 ? plain(OK, 0) : sound.writeMsr(...args);
        },
      };
    });
    const result = await campaign([SOUND, looping], 60, watchdog(150));
    expect(result.findings.length).toBeGreaterThan(0);
    expect(result.modelFaults[0]).toMatchObject({ profile: looping.name, case: -1, message: expect.stringMatching(/^loops/) });
    expect(result.modelFaults.map(({ profile }) => profile)).not.toContain('harness');
  });

  test('on a scenario of the ledger is told before the campaign', async () => {
    const entries = readLedger('corpora/known-divergences')
      .flatMap((file) => file.entries)
      .slice(0, 9);
    const looping: Profile = { ...planted(SOUND, 'x', () => ({ access: forever })), name: SOUND.name };
    const gate = new LedgerGate({ entries, baseline: null, isAsked: true, known: [looping], guard: watchdog(100) });
    await gate.replay({ profiles: [looping], externals: [], lenses: ['memtype'] });
    expect(gate.faults).toHaveLength(3);
    expect(gate.faults[0]).toMatchObject({ profile: SOUND.name, message: expect.stringMatching(/^loops/) });
  });
});

test('A campaign whose process was suspended while it counted goes on from its last state', async () => {
  const once = watchdog(LIMIT);
  let guards = 0;
  const guard: typeof once = (work) => {
    if (++guards === 2) {
      work();
      throw new Interrupted();
    }
    return once(work);
  };
  const profiles = [SOUND, profileNamed('intel-ept/6.16')];
  const [suspended, whole] = [await campaign(profiles, 150, guard), await campaign(profiles, 150)];
  expect(guards).toBeGreaterThan(2);
  expect(suspended.state).toEqual(whole.state);
});

describe('A model of ours that answers otherwise to the same scenario', () => {
  /** Counts across scenarios: what `reset` has to forget. */
  const remembering = planted(SOUND, 'remembers', (sound) => {
    let accesses = 0;
    return { access: (...args) => (++accesses % 97 === 0 ? plain(OK, 0) : sound.access(...args)) };
  });
  let draws = 0;
  const drawing = planted(SOUND, 'draws', (sound) => ({
    access: (...args) => (++draws % 97 === 0 ? plain(OK, 0) : sound.access(...args)),
  }));

  test.each([
    ['that remembers the scenario before', remembering, [FICKLENESS.remembers]],
    ['each time', drawing, Object.values(FICKLENESS)],
  ])('%s is told as that, and never as a fault of the harness', async (_, profile, messages) => {
    const { modelFaults } = await campaign([SOUND, profile], 300);
    expect(modelFaults.map((fault) => fault.profile)).toEqual([profile.name]);
    expect(messages).toContain(modelFaults[0].message);
  });
});
