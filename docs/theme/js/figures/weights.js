import { LiveFigure, clamp, define, points, shown, softplus } from "./base.js";

/** -x ln x, and 0 for 0. */
const surprise = (x) => (x > 0 ? -x * Math.log(x) : 0);

/** Two classes: their frequencies beside the best prediction, and the loss of every one. */
class Weights extends LiveFigure {
  /** A frequency sets the share; a prediction sets the weight of its class that makes it the best one. */
  drag(grip, { x }, { q1, w0, w1 }) {
    const share = clamp(x, 1e-6, 1 - 1e-6);
    const k = Number(grip[1]);
    if (grip[0] === "q") return { q1: k === 1 ? share : 1 - share };
    const odds = share / (1 - share);
    return k === 1 ? { w1: (w0 * odds * (1 - q1)) / q1 } : { w0: (w1 * odds * q1) / (1 - q1) };
  }

  draw({ q1, w0, w1 }) {
    const q = [1 - q1, q1];
    const products = [w0 * q[0], w1 * q[1]];
    const total = products[0] + products[1];
    const r = products.map((product) => product / total);
    const words = { q1: shown(q1, 2), w0: shown(w0, 1), w1: shown(w1, 1), p1: shown(r[1], 4) };

    const share = this.scale("shares", "x");
    for (const k of [0, 1]) {
      for (const [name, truth, decimals] of [["q", q, 2], ["p", r, 4]]) {
        const end = share.place(truth[k]);
        this.write(`${name}${k}`, shown(truth[k], decimals));
        this.move(`${name}${k}-bar`, { width: end - share.place(0) });
        this.move(`${name}${k}-handle`, { cx: end });
      }
    }
    for (const [name, text] of Object.entries({ ...words, total: shown(total, 3) })) this.write(name, text);

    const x = this.scale("losses", "x");
    const y = this.scale("losses", "y");
    for (const [name, truth] of [["plain", q], ["weighted", r]]) {
      const line = Array.from({ length: 61 }, (_, n) => {
        const z = -6 + n / 5;
        const height = truth[1] * softplus(-z) + truth[0] * softplus(z);
        return [x.place(1 / (1 + Math.exp(-z))), y.place(height)];
      });
      const foot = [x.place(truth[1]), y.place(surprise(truth[0]) + surprise(truth[1]))];
      this.move(`${name}-curve`, { points: points(line) });
      this.move(`${name}-drop`, { x1: foot[0], x2: foot[0], y2: foot[1] });
      this.move(`${name}-foot`, { cx: foot[0], cy: foot[1] });
    }
    return words;
  }
}

define("weights", Weights);
