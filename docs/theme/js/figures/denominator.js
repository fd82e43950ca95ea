import { LiveFigure, define, shown, softplus } from "./base.js";

const samples = [
  { scores: [2, 0], label: 0 },
  { scores: [0, 0.5], label: 0 },
  { scores: [0, 1], label: 1 },
  { scores: [1, 0], label: 1 },
];

/** What the samples of a batch add to the sum, and to the two denominators of a mean. */
class Denominator extends LiveFigure {
  draw({ weight, smoothing, second, fourth }) {
    const kept = [true, !second, true, !fourth];
    const weights = [1, weight];
    const terms = samples.map(({ scores: [z0, z1], label }, n) => {
      if (!kept[n]) return 0;
      const costs = [softplus(z1 - z0), softplus(z0 - z1)].map((loss, c) => weights[c] * loss);
      return (1 - smoothing) * costs[label] + (smoothing / 2) * (costs[0] + costs[1]);
    });

    const x = this.scale("terms", "x");
    terms.forEach((term, n) => {
      this.write(`weight${n}`, shown(weights[samples[n].label], 1));
      this.write(`term${n}`, shown(term, 4));
      this.move(`term${n}`, { width: x.place(term) - x.place(0) });
      if (n % 2) this.move(`ignored${n}`, { visibility: kept[n] ? "hidden" : "visible" });
    });

    const total = terms.reduce((sum, term) => sum + term, 0);
    const by = this.denominator("indices", kept, ({ label }, n) => (kept[n] ? weights[label] : 0));
    this.denominator("probabilities", kept, () => 1);
    const words = { sum: shown(total, 4), by: shown(by, 1), mean: shown(total / by, 4) };
    words.other = shown(total / samples.length, 4);
    this.write("sum", words.sum);
    this.write("smoothing", shown(smoothing, 2));
    this.write("indices-by", words.by);
    this.write("indices-mean", words.mean);
    this.write("probabilities-mean", words.other);
    return { ...words, weight: shown(weight, 1), smoothing: shown(smoothing, 2) };
  }

  /** Draw a denominator part by part, and return it. */
  denominator(name, kept, part) {
    const x = this.scale("means", "x");
    return samples.reduce((start, sample, n) => {
      const end = start + part(sample, n);
      const [left, right] = [x.place(start), x.place(end)];
      this.move(`${name}${n}`, {
        x: left + 1,
        width: Math.max(right - left - 2, 0),
        class: kept[n] ? "xr-bar" : "xr-bar-other",
      });
      this.move(`${name}-n${n}`, { x: (left + right) / 2, visibility: end > start ? "visible" : "hidden" });
      return end;
    }, 0);
  }
}

define("denominator", Denominator);
