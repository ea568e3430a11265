/** Which of the two roots an invalidation is for: KVM_FILTER_SHARED, KVM_FILTER_PRIVATE. */
export const FILTER_SHARED = 1;
export const FILTER_PRIVATE = 2;
export const FILTER_BOTH = 3;
export type Filter = 1 | 2 | 3;
