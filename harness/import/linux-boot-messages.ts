/** What else Linux says at boot about MTRRs and PAT: sentences beside the registers. */
import type { CleanText } from './clean-text.js';
import type { RegisterDraft } from './register-draft.js';

const MESSAGES: readonly { readonly found: RegExp; readonly says: (fields: RegExpExecArray, line: number) => string }[] = [
  {
    found: /mtrr: your CPUs had inconsistent (fixed MTRR|variable MTRR|MTRRdefType) settings/g,
    says: ([, what], line) =>
      `line ${line}: processors had different ${what} settings; the log does not tell the others' values, Linux corrected them`,
  },
  {
    found: /mtrr: your BIOS has configured an incorrect mask, fixing it/g,
    says: (_, line) => `line ${line}: a mask had holes, Linux prints it corrected: the register held something else`,
  },
  {
    found: /WARNING: BIOS bug: CPU MTRRs don't cover all of memory, losing (\d+)MB of RAM/g,
    says: ([, lost], line) => `line ${line}: MTRRs do not cover ${lost} MB of RAM, which Linux leaves unused`,
  },
  {
    found: /PAT: MTRRs disabled, skipping PAT initialization too/g,
    says: (_, line) => `line ${line}: Linux left the PAT as it found it, as MTRRs are disabled`,
  },
  {
    found: /memtype_reserve failed \[mem (0x[0-9a-f]+)-(0x[0-9a-f]+)\], track ([\w-]+), req ([\w-]+)/g,
    says: ([, first, last, tracked, wanted], line) =>
      `line ${line}: ${wanted} wanted for ${first}-${last}, which another driver has as ${tracked}: refused`,
  },
];

export function noteBootMessages(text: CleanText, draft: RegisterDraft, from: number): void {
  for (const { found, says } of MESSAGES) {
    const pattern = new RegExp(found.source, 'g');
    pattern.lastIndex = from;
    for (let match = pattern.exec(text.text); match !== null; match = pattern.exec(text.text))
      draft.note(says(match, text.lineAt(match.index)));
  }
}
