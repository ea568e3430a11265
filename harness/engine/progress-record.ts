/** Notes how a campaign goes over time, for its summary: a bounded number of points, ever further apart. */
import type { Progress } from '../campaign.js';
import type { ProgressCurve, ProgressPoint } from '../panel/progress-curve.js';
import type { CampaignPlan } from './campaign-plan.js';

/** Twice as far apart when there are more. */
const MOST_POINTS = 200;
/** Seconds between the first points. */
const FIRST_DISTANCE = 0.05;

export class ProgressRecord {
  private readonly points: ProgressPoint[];
  private readonly others: readonly ProgressCurve[];
  private readonly shard: string;
  private distance = FIRST_DISTANCE;
  private latest: ProgressPoint | null = null;

  /** A run that goes on continues its curve. */
  constructor({ contributions, curves }: Pick<CampaignPlan, 'contributions' | 'curves'>) {
    const [{ index, of }] = contributions;
    this.shard = `${index + 1}/${Math.max(1, Math.round(of / contributions.length))}`;
    this.points = [...(curves.find(({ shard }) => shard === this.shard)?.points ?? [])];
    this.others = curves.filter(({ shard }) => shard !== this.shard);
    this.thin();
  }

  /** @param seconds spent on cases, those of earlier runs included. */
  note({ stage, done, buckets }: Progress, seconds: number): void {
    if (stage !== 'cases') return;
    const last = this.points.at(-1);
    if (last?.[1] === done) return;
    this.latest = [Math.round(seconds * 100) / 100, done, Math.max(buckets, last?.[2] ?? 0)];
    if (last !== undefined && seconds - last[0] < this.distance) return;
    this.points.push(this.latest);
    this.latest = null;
    this.thin();
  }

  /** As it stands: the latest point is always in it. */
  get curves(): readonly ProgressCurve[] {
    const points = this.latest === null ? [...this.points] : [...this.points, this.latest];
    return [...this.others, ...(points.length === 0 ? [] : [{ shard: this.shard, points }])];
  }

  private thin(): void {
    while (this.points.length > MOST_POINTS) {
      this.distance *= 2;
      let kept = Number.NEGATIVE_INFINITY;
      const far = this.points.filter(([seconds]) => {
        if (seconds - kept < this.distance) return false;
        kept = seconds;
        return true;
      });
      this.points.splice(0, this.points.length, ...far);
    }
  }
}
