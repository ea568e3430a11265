/** The switches by which the profiles of this folder differ. */
export interface Configuration {
  /**
   * The first and last huge page of a conversion join its invalidation whole. Commit 9129633d568e (6.15 and stable backports); 6.8 lacks it,
   * so that a fault on a neighbouring frame may map a huge page over frames in conversion.
   */
  readonly headTailAdd: boolean;
  /** A conversion flushes and leaves its leaves in place (a design discussed on the list, never merged). */
  readonly skipZap: boolean;
  /** A conversion opens no invalidation, so that no fault in flight notices it (a design discussed on the list, never merged). */
  readonly noInvalidation: boolean;
}

/** Linux 6.8. */
export const LINUX_6_8: Configuration = { headTailAdd: false, skipZap: false, noInvalidation: false };
