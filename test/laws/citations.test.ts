/** No answer of a version cites a release that came after it: a maintainer opens the citation in the tree of that version. */
import { compareReleases } from '../../models/contract/release.js';
import type { Rule } from '../../models/contract/rule.js';
import { ruleOf } from '../../models/contract/observation.js';
import { cases } from './cases.js';
import { SUBJECTS } from './subject.js';

const scenarios = cases(150);
const RELEASE = /^(Linux|Xen) v?(\d\S*) /;

test.each(SUBJECTS.map((subject) => [subject.name, subject] as const))(
  '%s cites no release later than those that it stands for',
  (_, subject) => {
    const { releases, rules, span } = subject.profile;
    if ((releases?.ranges ?? []).every(({ last }) => last === null)) return;
    // A remark may name later ones for a part of what is modelled.
    const last = (span.match(/\d+\.\d+[\d.]*(-rc\d+)?/g) ?? []).reduce((a, b) => (compareReleases(a, b) < 0 ? b : a));
    const cited = new Set<Rule>();
    for (const scenario of scenarios) {
      for (const { observation } of subject.answers(scenario)) {
        const rule = rules[ruleOf(observation)];
        if (rule !== null) for (const each of [rule, ...(rule.clauses ?? [])]) cited.add(each);
      }
    }
    expect(cited.size).toBeGreaterThan(5);
    const later = [...cited].filter(({ citation }) => {
      const found = RELEASE.exec(citation.document);
      return found !== null && compareReleases(found[2], last) > 0;
    });
    expect(later.map(({ id, citation }) => `${id}: ${citation.document}`)).toEqual([]);
  },
);
