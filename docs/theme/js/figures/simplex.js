import { LiveFigure, clamp, define, points, shown } from "./base.js";

const softmax = (z) => {
  const most = Math.max(...z);
  const powers = z.map((score) => Math.exp(score - most));
  const total = powers.reduce((sum, power) => sum + power);
  return powers.map((power) => power / total);
};

/** Three scores, their probabilities as a point in a triangle, and its way as the temperature changes. */
class Simplex extends LiveFigure {
  /** Take the point to the pointer: the scores are T ln p and a constant, which leaves their mean as it is. */
  drag(grip, { x, y }, { z0, z1, z2, log_t }) {
    const near = [1 - x - y / 2, y, x - y / 2].map((share) => Math.max(share, 1e-6));
    const [min, max] = ["min", "max"].map((end) => Number(this.form.elements.z0[end]));
    const scores = near.map((share) => 10 ** log_t * Math.log(share));
    const shift = (z0 + z1 + z2 - scores.reduce((sum, score) => sum + score)) / 3;
    const raised = Math.min(shift, max - Math.max(...scores));
    const [a, b, c] = scores.map((score) => clamp(score + raised, min, max));
    return { z0: a, z1: b, z2: c };
  }

  draw({ z0, z1, z2, log_t }) {
    const z = [z0, z1, z2];
    const temperature = 10 ** log_t;
    const at = (t) => softmax(z.map((score) => score / t));
    const p = at(temperature);
    const entropy = -p.reduce((sum, share) => sum + (share && share * Math.log(share)), 0);
    const words = { t: shown(temperature, 2), entropy: shown(entropy, 4) };

    const [x, y] = ["x", "y"].map((axis) => this.scale("triangle", axis));
    const spot = ([, b, c]) => [x.place(c + b / 2), y.place(b)];
    const ways = Array.from({ length: 51 }, (_, k) => spot(at(10 ** ((k - 20) / 10))));
    this.move("way", { points: points(ways) });
    for (const [k, t] of [0.1, 1, 10, 100].entries()) {
      const [cx, cy] = spot(at(t));
      this.move(`ring${k}`, { cx, cy });
    }
    const [cx, cy] = spot(p);
    for (const name of ["point", "hold"]) this.move(name, { cx, cy });

    const [share, chance] = ["x", "y"].map((axis) => this.scale("bars", axis));
    for (const k of [0, 1, 2]) {
      words[`z${k}`] = shown(z[k], 1);
      words[`p${k}`] = shown(p[k], 4);
      this.write(`s${k}`, shown(z[k] / temperature, 2));
      this.move(`p${k}-bar`, { width: share.place(p[k]) - share.start });
    }
    this.move("entropy-bar", { width: chance.place(entropy) - chance.start });
    for (const [name, text] of Object.entries(words)) this.write(name, text);
    return words;
  }
}

define("simplex", Simplex);
