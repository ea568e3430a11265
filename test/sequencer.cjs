// Suites that start processes take longest: first, so that no core waits for one of them at the end. Where jest knows durations, it knows better.
const { default: Sequencer } = require('@jest/test-sequencer');

const LONG = /[\\/](harness[\\/](cli|external|package)|reports|workflows|planted-faults|laws)[\\/]/;

module.exports = class extends Sequencer {
  sort(tests) {
    const sorted = super.sort(tests);
    if (sorted.some(({ duration }) => duration !== undefined)) return sorted;
    const isLong = ({ path }) => LONG.test(path);
    return [...sorted.filter(isLong), ...sorted.filter((test) => !isLong(test))];
  }
};
