/** `--out DIR`: summary.json and one file a finding, each written whole or not at all. */
import { createHash } from 'node:crypto';
import { accessSync, constants, existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { CampaignResult } from '../campaign.js';
import type { Finding } from '../finding/finding.js';
import { fileError } from '../files/reading.js';
import { HALF_WRITTEN, makeFolder, writeWhole } from '../files/writing.js';
import { UsageError } from '../operations/usage-error.js';
import { oneLine } from '../scenario/print.js';
import { findingJson } from '../finding/finding-file.js';
import { type RunFacts, summaryJson } from './summary-json.js';

export class RunFolder {
  constructor(readonly path: string) {}

  /** Makes the folder before the campaign starts, so that a mistake costs no campaign. @throws {UsageError} */
  prepare(): void {
    try {
      makeFolder(join(this.path, 'findings'));
      accessSync(this.path, constants.W_OK);
    } catch (error) {
      throw new UsageError(
        `--out: found ${JSON.stringify(this.path)} (${fileError(error)}), expected a folder that can be written`,
      );
    }
    const found = ['summary.json', 'journal.json'].some((file) => existsSync(join(this.path, file)));
    if (found)
      throw new UsageError(
        `--out: found a run in ${JSON.stringify(this.path)} already, expected a new or an empty folder (emtdiff fuzz --resume goes on with a run)`,
      );
  }

  /** Removes what a killed process left half written. Nothing that a reader would take for a file of the run is among it. */
  sweep(): void {
    for (const folder of [this.path, join(this.path, 'findings')]) {
      if (!existsSync(folder)) continue;
      for (const file of readdirSync(folder)) if (HALF_WRITTEN.test(file)) rmSync(join(folder, file), { force: true });
    }
  }

  pathOf(finding: Finding): string {
    return join(this.path, 'findings', `${findingFileName(finding.bucket.id)}.json`);
  }

  write(result: CampaignResult, facts: RunFacts): void {
    const origin = {
      seed: result.seed,
      version: facts.version,
      profiles: result.panel.seats.map(({ name }) => name),
      externals: facts.externals ?? [],
      guestOses: facts.guestOses ?? [],
    };
    const kept = new Set(result.findings.map((finding) => this.pathOf(finding)));
    for (const finding of result.findings) writeWhole(this.pathOf(finding), documentText(findingJson(finding, origin)));
    // An interrupted run that went on may have left findings that more cases explain better.
    for (const file of readdirSync(join(this.path, 'findings'))) {
      const path = join(this.path, 'findings', file);
      if (!kept.has(path)) rmSync(path, { force: true });
    }
    writeWhole(join(this.path, 'summary.json'), `${JSON.stringify(summaryJson(result, facts), null, 2)}\n`);
  }
}

/** Longest name that every file system takes, less room for a suffix. */
const LONGEST_NAME = 200;

/** The id of a bucket as a file name; a long one ends in a digest of the whole. */
export function findingFileName(id: string): string {
  if (id.length <= LONGEST_NAME) return id;
  const digest = createHash('sha256').update(id).digest('hex');
  return `${id.slice(0, LONGEST_NAME - digest.length - 1)}~${digest}`;
}

/** A key a line, a step a line: as people diff it. */
function documentText(document: Record<string, unknown>): string {
  const lines = Object.entries(document).map(([key, value]) => {
    if (key !== 'scenario' && key !== 'observations') return `  ${JSON.stringify(key)}: ${oneLine(value)}`;
    const inner = Object.entries(value as Record<string, unknown>).map(
      ([name, part]) => `    ${JSON.stringify(name)}: ${listText(part)}`,
    );
    return `  ${JSON.stringify(key)}: {\n${inner.join(',\n')}\n  }`;
  });
  return `{\n${lines.join(',\n')}\n}\n`;
}

function listText(value: unknown): string {
  if (!Array.isArray(value) || value.length === 0) return oneLine(value);
  return `[\n${value.map((element) => `      ${oneLine(element)}`).join(',\n')}\n    ]`;
}
