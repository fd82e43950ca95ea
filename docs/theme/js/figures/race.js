import { LiveFigure, define, points, shown } from "./base.js";

const STEPS = 10000;
const GOAL = 0.9;
const RACERS = ["ce", "mse"];

const probability = (z) => 1 / (1 + Math.exp(-z));

/** How hard a loss pulls at the score of label 1: cross-entropy, or half the squared error. */
const pull = (loss, p) => (1 - p) * (loss === "ce" ? 1 : p * (1 - p));

/** Cross-entropy and squared error on their way from the same score. */
class Race extends LiveFigure {
  drag(grip, { x }) {
    return grip === "start" ? { start: x } : { log_steps: x };
  }

  draw({ start, log_rate, log_steps }) {
    const rate = 10 ** log_rate;
    const steps = Math.round(10 ** log_steps);
    const words = { start: shown(start, 1), rate: shown(rate, 2), n: String(steps) };
    const [score, slope] = ["x", "y"].map((axis) => this.scale("slopes", axis));
    const [x, y] = ["x", "y"].map((axis) => this.scale("probabilities", axis));
    const here = x.place(Math.log10(steps));
    const counts = Array.from({ length: 61 }, (_, k) => Math.round(10 ** (k / 15)));

    for (const loss of RACERS) {
      const p = new Float64Array(STEPS + 1);
      let [z, now, arrived] = [start, start, -1];
      for (let n = 0; n <= STEPS; n++) {
        p[n] = probability(z);
        if (n === steps) now = z;
        if (arrived < 0 && p[n] > GOAL) arrived = n;
        z += rate * pull(loss, p[n]);
      }
      words[`${loss}_p`] = shown(p[steps], 4);
      words[`${loss}_when`] = arrived < 0 ? `> ${STEPS}` : String(arrived);
      this.move(`${loss}-curve`, { points: points(counts.map((n) => [x.place(Math.log10(n)), y.place(p[n])])) });
      this.move(`${loss}-now`, { cx: here, cy: y.place(p[steps]) });
      this.move(`${loss}-slope`, { cx: score.place(now), cy: slope.place(pull(loss, p[steps])) });
    }
    for (const [name, text] of Object.entries(words)) this.write(name, text);
    this.move("start", { cx: score.place(start) });
    this.move("now", { x1: here, x2: here });
    this.move("handle", { cx: here });
    return words;
  }
}

define("race", Race);
