import { LiveFigure, clamp, define, shown, softplus } from "./base.js";

/** Two scores, their probabilities, and the loss of the label. */
class Pipeline extends LiveFigure {
  /** Let a dragged bar or point set the scores. */
  drag(grip, { x }, state) {
    if (grip.startsWith("z")) return { [grip]: x };
    // A probability fixes the difference of the scores: move its own score, and the other at the end of the rail.
    const chosen = grip === "point" ? state.label : Number(grip[1]);
    const [own, other] = chosen === 0 ? ["z0", "z1"] : ["z1", "z0"];
    const [min, max] = ["min", "max"].map((end) => Number(this.form.elements[own][end]));
    const p = clamp(x, 1e-9, 1 - 1e-9);
    const difference = clamp(Math.log(p / (1 - p)), min - max, max - min);
    const score = clamp(state[other] + difference, min, max);
    return { [own]: score, [other]: score - difference };
  }

  draw({ z0, z1, label }) {
    const z = [z0, z1];
    // -ln p_k = ln(e^z_0 + e^z_1) - z_k, taken from the difference alone.
    const losses = [softplus(z1 - z0), softplus(z0 - z1)];
    const p = losses.map((loss) => Math.exp(-loss));
    const words = { label: String(label), loss: shown(losses[label], 5) };

    const score = this.scale("scores", "x");
    const x = this.scale("probabilities", "x");
    const y = this.scale("probabilities", "y");
    for (const k of [0, 1]) {
      words[`z${k}`] = shown(z[k], 1);
      words[`p${k}`] = shown(p[k], 4);
      this.write(`e${k}`, shown(Math.exp(z[k]), 4));
      const [zero, end] = [score.place(0), score.place(z[k])];
      this.move(`z${k}-bar`, { x: Math.min(zero, end), width: Math.abs(end - zero) });
      this.move(`z${k}-handle`, { cx: end });
      this.move(`p${k}-bar`, {
        width: x.place(p[k]) - x.place(0),
        class: k === label ? "xr-bar" : "xr-bar-other",
      });
    }
    this.write("sum", shown(Math.exp(z0) + Math.exp(z1), 4));
    this.write("subscript", "₀₁"[label]);
    for (const [name, text] of Object.entries(words)) this.write(name, text);

    const place = x.place(p[label]);
    const height = y.place(losses[label]);
    const bar = this.querySelector(`[data-mark="p${label}-bar"]`);
    const foot = Number(bar.getAttribute("y")) + Number(bar.getAttribute("height"));
    this.move("drop", { x1: place, x2: place, y1: foot, y2: height });
    this.move("reach", { x2: place, y1: height, y2: height });
    this.move("point", { cx: place, cy: height });
    this.move("loss-label", { x: Math.min(place + 10, 300), y: height - 10 });
    this.move("tag", { y: foot - 19 });
    return words;
  }
}

define("pipeline", Pipeline);
