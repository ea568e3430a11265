/** What a model counts from the start of a scenario: non-negative integers; it omits what its subject does not have. */

/** The counters that the scenario format names: what the lens `cost` compares. */
export const COMPARED_COUNTERS = {
  faults: 'faults of the guest that reached the hypervisor',
  zaps: 'invalidations of a non-empty range by an accepted guest MSR or CR0 write or by a device coming or going',
  zappedLeaves: "leaves removed by invalidations, the host's included, not those replaced or split",
  tlbFlushes: 'flushes of all TLBs of the VM',
  cacheFlushes: 'flushes of the caches',
  misconfigs: 'exits on entries made invalid for recalculation',
  rmpUpdates: 'RMPUPDATEs that succeeded, of a 4K page each, in both directions',
  memoryFaults: 'exits to userspace because access and attribute disagree',
  retries: 'faults that end in RETRY',
} as const;

/** What private memory costs in parts. Reported, never compared: other designs do other things for the same end. */
export const PRIVATE_MEMORY_COUNTERS = {
  zapCalls: 'calls that remove the leaves of a range, also where there are none',
  invalidations: 'invalidations that ended',
  spuriousFaults: 'faults that found their leaf in place',
  localRetries: 'those of `retries` that the fault handler answers by a loop of its own (TDX)',
  memoryFaultsPrivate: 'those of `memoryFaults` by a private access',
  memoryFaultsShared: 'those of `memoryFaults` by a shared access',
  rmpFaults: 'nested page faults with the RMP bit that reached the RMP fault handler',
  rmpUpdatesToPrivate: 'those of `rmpUpdates` that assign a page to the guest',
  rmpUpdatesToShared: 'those of `rmpUpdates` that give a page back to the hypervisor',
  rmpLookups: 'RMP entries that the hypervisor reads',
  directMapUnmaps: 'pages taken out of the direct map',
  directMapMaps: 'pages put back into the direct map',
  directMapSplits: '2M pages of the direct map split to 4K',
  validationFaults: '#VC of the guest on a page that it has not validated',
  pvalidates: 'PVALIDATEs of the guest that follow',
  septAdds: 'page-table pages linked into the secure EPT (TDH.MEM.SEPT.ADD)',
  septAugs: 'pages added to the secure EPT (TDH.MEM.PAGE.AUG)',
  septBlocks: 'pages blocked in the secure EPT (TDH.MEM.RANGE.BLOCK)',
  septTracks: 'epochs of the TD begun to flush one page (TDH.MEM.TRACK)',
  septRemoves: 'pages removed from the secure EPT (TDH.MEM.PAGE.REMOVE)',
  accepts: 'pages that the guest accepted (TDG.MEM.PAGE.ACCEPT)',
  pagesAllocated: 'private pages allocated',
  pagesFreed: 'private pages freed',
  pagesPrepared: 'private pages prepared when first faulted in',
  pagesZeroed: 'private pages cleared by the host',
  attributeStores: 'attributes stored, one a frame',
  attributeNoops: 'conversions that returned early because every attribute was as wanted',
  warnings: 'warnings in the kernel log: a leaf of another page, an unexpected RMP fault, a failed vendor update',
} as const;

export type CounterName = keyof typeof COMPARED_COUNTERS | keyof typeof PRIVATE_MEMORY_COUNTERS;
export type Counters = { readonly [K in CounterName]?: number };
export const COUNTER_NAMES = Object.keys({ ...COMPARED_COUNTERS, ...PRIVATE_MEMORY_COUNTERS }) as readonly CounterName[];

/** A counter in words. */
export function counterInWords(name: CounterName): string {
  return { ...COMPARED_COUNTERS, ...PRIVATE_MEMORY_COUNTERS }[name];
}
