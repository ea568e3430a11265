/** A small campaign as its run folder has it: the summary and the findings, read back from JSON. */
import { runCampaign } from '../../../harness/campaign.js';
import { findingJson } from '../../../harness/finding/finding-file.js';
import { summaryJson } from '../../../harness/report/summary-json.js';
import { PROFILES } from '../../../models/registry.js';

const NAMES = ['bare-metal/intel', 'intel-ept/6.16', 'xen-hvm/ept-4.21'];

export interface RealRun {
  readonly document: { readonly buckets: readonly { readonly id: string; readonly severity: string }[] };
  readonly findings: readonly unknown[];
}

export async function realRun(): Promise<RealRun> {
  const profiles = NAMES.map((name) => PROFILES.find((profile) => profile.name === name)!);
  const result = await runCampaign({
    seed: 'a real run',
    profiles,
    lenses: ['memtype', 'msr'],
    cases: 40,
    shouldStop: () => false,
  });
  const document = summaryJson(result, { version: '0.0.0', milliseconds: 1000, interrupted: false });
  const findings = result.findings.map((finding) => findingJson(finding, { seed: result.seed, version: '0.0.0', profiles: NAMES }));
  return JSON.parse(JSON.stringify({ document, findings }));
}
