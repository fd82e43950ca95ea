import { LiveFigure, Scale, clamp, define, points, share, shift, shown, spread } from "./base.js";

const TRUTH = { names: ["p1", "p2", "p3"], step: 0.01 };
const BELIEF = { names: ["q1", "q2", "q3"], step: 0.001 };
const LENGTHS = [1.5, 3, 9];

const total = (values) => values.reduce((sum, value) => sum + value);
const normalised = (values) => values.map((value) => value / total(values));
const values = ({ names }, state) => names.map((name) => state[name]);
const named = ({ names }, shares) => Object.fromEntries(names.map((name, k) => [name, shares[k]]));

/** What a wrong belief costs, as areas under the surprise and as entropy plus divergence. */
class Stack extends LiveFigure {
  settle(name, state) {
    const side = name[0] === "p" ? TRUTH : BELIEF;
    const shares = values(side, { ...this.before, [name]: state[name] });
    return named(side, share(shares, side.names.indexOf(name), side.step, side.step));
  }

  /** A foot moves the edge between two true probabilities; a top sets a belief, and the others make room. */
  drag(grip, { x, y }, state) {
    const k = Number(grip[1]);
    if (grip[0] === "p") return named(TRUTH, shift(values(TRUTH, state), k, x, TRUTH.step, TRUTH.step));
    const name = BELIEF.names[k];
    const { min, max } = this.form.elements[name];
    return this.settle(name, { [name]: clamp(Math.exp(-y), Number(min), Number(max)) });
  }

  draw(state) {
    const p = normalised(values(TRUTH, state));
    const q = normalised(values(BELIEF, state));
    const surprise = q.map((each) => -Math.log(each));
    const areas = p.map((each, k) => each * surprise[k]);
    const cross = total(areas);
    const entropy = total(p.map((each) => -each * Math.log(each)));
    const divergence = Math.max(total(p.map((each, k) => each * Math.log(each / q[k]))), 0);
    const words = { cross: shown(cross, 4), entropy: shown(entropy, 4), divergence: shown(divergence, 4) };
    for (const k of [0, 1, 2]) {
      words[`p${k}`] = shown(p[k], 2);
      words[`q${k}`] = shown(q[k], 3);
      this.write(`surprise${k}`, shown(surprise[k], 4));
      this.write(`area${k}`, shown(areas[k], 4));
    }
    for (const [name, text] of Object.entries(words)) this.write(name, text);
    this.drawColumns(p, surprise, cross);
    this.drawBars(areas, entropy, cross);
    return words;
  }

  drawColumns(p, surprise, cross) {
    const x = this.scale("columns", "x");
    const y = this.scale("columns", "y");
    const foot = y.place(0);
    const edges = [x.place(0)];
    let reached = 0;
    for (const each of p) edges.push(x.place((reached += each)));
    const middles = p.map((_, k) => (edges[k] + edges[k + 1]) / 2);
    const labels = spread(middles, 42, 46, 327);
    for (const k of [0, 1, 2]) {
      const [left, right] = [edges[k], edges[k + 1]];
      const [top, least] = [y.place(surprise[k]), y.place(-Math.log(p[k]))];
      const wide = Math.max(p[k] * (x.stop - x.start), 18);
      this.move(`area${k}`, { x: left, width: right - left, y: top, height: foot - top });
      this.move(`least${k}`, { points: points([[left, foot], [left, least], [right, least], [right, foot]]) });
      this.move(`top${k}`, { cx: middles[k], cy: top });
      this.move(`grip-q${k}`, { x: middles[k] - wide / 2, width: wide, y: top - 14 });
      this.move(`p${k}`, { x: labels[k] });
      this.move(`q${k}`, { x: labels[k] });
    }
    for (const k of [0, 1]) {
      this.move(`edge${k}`, { cx: edges[k + 1] });
      this.move(`grip-p${k}`, { x: edges[k + 1] - 10 });
    }
    const mean = y.place(cross);
    this.move("mean", { y1: mean, y2: mean });
    this.move("mean-label", { y: mean - 6 });
  }

  drawBars(areas, entropy, cross) {
    const longest = LENGTHS.find((length) => cross <= length);
    const x = new Scale(0, longest, 12, 340);
    for (const k of [0, 1, 2, 3]) this.write(`tick${k}`, shown((k * longest) / 3, 1));
    let reached = 0;
    areas.forEach((area, k) => {
      this.move(`part${k}`, { x: x.place(reached), width: x.place(area) - x.place(0) });
      reached += area;
    });
    this.move("entropy", { width: x.place(entropy) - x.place(0) });
    const ends = [x.place(entropy), x.place(cross)];
    this.move("divergence", { x: Math.min(...ends), width: Math.abs(ends[1] - ends[0]) });
  }
}

define("stack", Stack);
