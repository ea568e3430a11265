/** A finding in full for a terminal: who is expected to answer what, who answers otherwise, why, and the smallest scenario. */
import { partitionText } from '../../compare/partition.js';
import type { Seat } from '../../compare/panel.js';
import { type Finding, sideRules } from '../../finding/finding.js';
import { visible } from '../../operations/visible.js';
import { citationText, invariantText } from '../citation-text.js';
import { scenarioTable } from './scenario-table.js';
import { wrapped } from '../wrapped.js';

export function findingLines(finding: Finding, seats: readonly Seat[], width: number): string[] {
  const { bucket, expected, got } = finding;
  const side = (label: string, name: string, id: string) => {
    const rule = seats.flatMap(({ rules }) => rules).find((known) => known?.id === id);
    const text = rule === undefined || rule === null ? id : `${rule.sentence} [${citationText(rule.citation)}]`;
    return wrapped(visible(`${label} ${name}: ${text}`), width, '    ', '      ');
  };
  const { hazard, invariant } = finding;
  const statement = invariant === null ? [] : wrapped(`breaks ${invariantText(invariant)}`, width, '    ', '      ');
  return [
    ...wrapped(visible(`${finding.severity}${hazard === null ? '' : ` (${hazard})`}  ${bucket.id}`), width, '', '  '),
    ...wrapped(visible(partitionText(finding.partition)), width, '    ', '      '),
    ...(invariant === null ? side('expected', expected, sideRules(finding)[0]) : statement),
    ...side('got', got, sideRules(finding)[1]),
    ...aliasLines(finding, width),
    ...scenarioTable(finding.scenario, finding.observations, { width, marked: finding.step }),
  ];
}

/** The guest's type against the host's own mapping of the frame. */
function aliasLines({ alias, expected, got }: Finding, width: number): string[] {
  if (alias === null) return [];
  const text = (name: string, { guest, host, withSelfSnoop, withoutSelfSnoop }: NonNullable<Finding['alias']>['got']) => {
    const risk = withSelfSnoop === withoutSelfSnoop ? withSelfSnoop : `${withSelfSnoop}; otherwise ${withoutSelfSnoop}`;
    return wrapped(`alias of ${visible(name)}: guest ${guest}, host ${host}: ${risk}`, width, '    ', '      ');
  };
  return [...text(expected, alias.expected), ...text(got, alias.got)];
}
