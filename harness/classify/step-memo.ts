/** An answer per step of the case at hand: edge after edge asks the same of a divergent step. */
export class StepMemo<T> {
  private readonly answers: T[] = [];
  /** By step: the case that the answer is of, counted from 1. */
  private readonly cases: number[] = [];
  private case = 1;

  /** Another case begins. */
  forget(): void {
    this.case++;
  }

  knows(step: number): boolean {
    return this.cases[step] === this.case;
  }

  /** Only of a step that it knows. */
  at(step: number): T {
    return this.answers[step];
  }

  /** Returns the answer. */
  keep(step: number, answer: T): T {
    // Grown one by one, so that the arrays have no holes.
    while (this.answers.length <= step) {
      this.answers.push(answer);
      this.cases.push(0);
    }
    this.cases[step] = this.case;
    this.answers[step] = answer;
    return answer;
  }
}
