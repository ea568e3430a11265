#!/usr/bin/env python3
"""An external model for emtdiff in Python: MTRRs, PAT and CR0.CD as an Intel processor combines them.

    emtdiff fuzz --external mine='python3 harness/external/examples/model.py'

Every message is one line of JSON on stdin or stdout; anything for people goes to stderr. What this model does not know it answers
with "n/a" or does not list in its hello: it then stands aside, which is better than a guess. Sources: SDM vol. 3, "Memory Cache Control".
"""
import json
import sys

MTRRCAP, PAT, DEF_TYPE = 0xFE, 0x277, 0x2FF
FIXED = {0x250: (0x0, 0x10), 0x258: (0x80, 4), 0x259: (0xA0, 4)}  # MSR: first frame, frames a byte
FIXED.update({0x268 + i: (0xC0 + 8 * i, 1) for i in range(8)})
OPERATIONS = ['write-msr', 'read-msr', 'write-cr0', 'init', 'access', 'invlpg', 'set-backing', 'save-restore']

NAMES = {0: 'UC', 1: 'WC', 4: 'WT', 5: 'WP', 6: 'WB', 7: 'UC-'}
ORDER = ['UC', 'WC', 'WT', 'WP', 'WB']
# "Selecting Memory Types for Pentium III and More Recent Processor Families": a row an MTRR type, a column a PAT type.
COLUMNS = ['UC', 'UC-', 'WC', 'WT', 'WP', 'WB']
ROWS = {'UC': 'UC UC WC UC UC UC', 'WC': 'UC WC WC UC UC WC', 'WT': 'UC UC WC WT WP WT',
        'WP': 'UC WC WC WT WP WP', 'WB': 'UC UC WC WT WP WB'}
EFFECTIVE = {row: dict(zip(COLUMNS, cells.split())) for row, cells in ROWS.items()}


def number(value):
    """64-bit values and frame numbers are hex strings."""
    return int(value, 16) if isinstance(value, str) else value


class Cpu:
    """The registers of one logical processor after reset."""

    def __init__(self, machine):
        self.width = machine.get('maxPhysAddr', 46)
        self.has_mtrrs = machine.get('guestMtrr', True)
        self.cr0 = {'pg': True, 'cd': False, 'nw': False, **machine.get('cr0', {})}
        self.msrs = dict.fromkeys([DEF_TYPE, *FIXED, *range(0x200, 0x210)], 0) if self.has_mtrrs else {}
        self.msrs[PAT] = 0x0007040600070406

    def accepts(self, msr, value):
        """Whether WRMSR does not #GP: "IA32_MTRR_DEF_TYPE MSR", "Variable Range MTRRs", "IA32_PAT MSR"."""
        if msr not in self.msrs:
            return False  # IA32_MTRRCAP is read-only; pairs from VCNT on are absent
        if msr == PAT or msr in FIXED:
            return all(byte in NAMES and (byte != 7 or msr == PAT) for byte in value.to_bytes(8, 'little'))
        if msr & 1 and msr != DEF_TYPE:
            reserved, is_type_good = 0x7FF, True  # IA32_MTRR_PHYSMASKn holds no type
        else:
            reserved, is_type_good = (~0xCFF if msr == DEF_TYPE else 0xF00), NAMES.get(value & 0xFF, 'UC-') != 'UC-'
        return is_type_good and not value & reserved and not value >> self.width

    def mtrr_types(self, frame):
        """The type of a frame; several where the SDM leaves an overlap open. "MTRR Precedences"."""
        if not self.has_mtrrs:
            return {'WB'}
        def_type = self.msrs[DEF_TYPE]
        if not def_type & 0x800:
            return {'UC'}
        if frame < 0x100 and def_type & 0x400:
            msr, (first, step) = next(item for item in reversed(FIXED.items()) if frame >= item[1][0])
            return {NAMES[self.msrs[msr] >> 8 * ((frame - first) // step) & 0xFF]}
        found = set()
        for pair in range(0x200, 0x210, 2):
            base, mask = self.msrs[pair], self.msrs[pair + 1]
            if mask & 0x800 and (frame ^ base >> 12) & mask >> 12 == 0:
                found.add(NAMES[base & 0xFF])
        if 'UC' in found:
            return {'UC'}
        return {'WT'} if found == {'WT', 'WB'} else found or {NAMES[def_type & 0xFF]}

    def access(self, frame, pat_index):
        if self.cr0['cd']:
            return {'outcome': 'ok', 'memtype': 'UC'}
        pat = NAMES[self.msrs[PAT] >> 8 * pat_index & 7] if self.cr0['pg'] else 'WB'
        types = self.mtrr_types(frame)
        effective = {EFFECTIVE[mtrr][pat] for mtrr in types}
        if len(types) > 1:
            return {'outcome': 'undefined', 'candidates': sorted(effective, key=ORDER.index)}
        return {'outcome': 'ok', 'memtype': effective.pop()}


def observe(step, cpus, backed):
    """One step; `backed` lists the ranges of frames with something behind them."""
    op, cpu = step['op'], cpus[step.get('vcpu', 0)]
    if op == 'write-msr':
        msr, value = number(step['msr']), number(step['value'])
        if not cpu.accepts(msr, value):
            return {'outcome': 'gp'}
        cpu.msrs[msr] = value
    elif op == 'read-msr':
        msr = number(step['msr'])
        value = 0x508 if msr == MTRRCAP and cpu.has_mtrrs else cpu.msrs.get(msr)
        return {'outcome': 'gp'} if value is None else {'outcome': 'ok', 'value': hex(value)}
    elif op == 'write-cr0':
        if step['nw'] and not step['cd']:
            return {'outcome': 'gp'}
        cpu.cr0 = step
    elif op == 'init':
        cpu.cr0 = {**cpu.cr0, 'pg': False}
    elif op == 'access':
        if step.get('pageSize', '4K') != '4K':
            return {'outcome': 'n/a'}  # a large page over several MTRR types is not modelled here
        frame = number(step['gfn'])
        return cpu.access(frame, step['pat']) if any(frame in range_ for range_ in backed) else {'outcome': 'mmio'}
    elif op == 'set-backing':
        backed.append(range(number(step['gfn']), number(step['gfn']) + number(step['pages'])))
    return {'outcome': 'ok' if op in OPERATIONS else 'n/a'}


def run(scenario):
    machine = scenario.get('machine', {})
    cpus = [Cpu(machine) for _ in range(machine.get('vcpus', 1))]
    regions = machine.get('regions', [{'gfn': '0x0', 'pages': '0x100000'}])
    backed = [range(number(region['gfn']), number(region['gfn']) + number(region['pages'])) for region in regions]
    return [observe(step, cpus, backed) for step in scenario['steps']]


for line in sys.stdin:
    message = json.loads(line)
    if message['type'] == 'bye':
        break
    if message['type'] == 'hello':
        reply = {'type': 'hello', 'protocol': 1, 'name': 'model.py', 'profile': 'bare-metal/intel', 'operations': OPERATIONS}
    else:
        reply = {'type': 'result', 'id': message['id'], 'observations': run(message['scenario']), 'counters': {}}
    print(json.dumps(reply), flush=True)  # without the flush the line stays in a buffer and emtdiff waits for it
