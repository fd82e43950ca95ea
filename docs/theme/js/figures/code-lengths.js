import { LiveFigure, define, points, share, shift, shown, spread } from "./base.js";

const NAMES = ["p1", "p2", "p3", "p4"];
const [STEP, LEAST] = [0.01, 0.05];
const KEPT = [1, 2, 3, 3];

/** Return the lengths of Huffman's words; of equals, the one that came last is merged first. */
const huffman = (weights) => {
  const lengths = weights.map(() => 0);
  const heap = weights.map((weight, k) => ({ weight, order: k, inside: [k] }));
  for (let order = heap.length; heap.length > 1; order += 1) {
    heap.sort((a, b) => a.weight - b.weight || b.order - a.order);
    const [one, other] = heap.splice(0, 2);
    const inside = [...one.inside, ...other.inside];
    for (const k of inside) lengths[k] += 1;
    heap.push({ weight: one.weight + other.weight, order, inside });
  }
  return lengths;
};

/** Return words of these lengths, no start of one another: counted upwards, short ones first. */
const codeWords = (lengths) => {
  const words = [];
  let [number, before] = [0, 0];
  const order = lengths.map((_, k) => k).sort((i, j) => lengths[i] - lengths[j] || i - j);
  for (const k of order) {
    number <<= lengths[k] - before;
    words[k] = number.toString(2).padStart(lengths[k], "0");
    before = lengths[k];
    number += 1;
  }
  return words;
};

/** Columns as wide as p: filled up to -log p, dashed up to the length of the code word. */
class CodeLengths extends LiveFigure {
  settle(name, state) {
    const k = NAMES.indexOf(name);
    if (k < 0) return {};
    return this.named(share(this.values({ ...this.before, [name]: state[name] }), k, STEP, LEAST));
  }

  drag(grip, { x }, state) {
    return this.named(shift(this.values(state), Number(grip), x, STEP, LEAST));
  }

  values(state) {
    return NAMES.map((name) => state[name]);
  }

  named(values) {
    return Object.fromEntries(NAMES.map((name, k) => [name, values[k]]));
  }

  draw({ code, ...state }) {
    const weights = this.values(state);
    const sum = weights.reduce((a, b) => a + b);
    const p = weights.map((weight) => weight / sum);
    const bits = p.map((each) => -Math.log2(each));
    const best = huffman(weights.map((weight) => Math.round(100 * weight)));
    const lengths = [best, KEPT][code];
    const mean = (values) => shown(p.reduce((total, each, k) => total + each * values[k], 0), 4);
    const words = { information: mean(bits), huffman: mean(best), kept: mean(KEPT) };
    for (const [name, text] of Object.entries(words)) this.write(name, text);

    const x = this.scale("columns", "x");
    const y = this.scale("columns", "y");
    const edges = [x.place(0)];
    let reached = 0;
    for (const each of p) edges.push(x.place((reached += each)));
    const foot = y.place(0);
    const middles = spread(p.map((_, k) => (edges[k] + edges[k + 1]) / 2), 36, 64, 376);
    const outline = [[edges[0], foot]];
    codeWords(lengths).forEach((word, k) => {
      const [left, right, top] = [edges[k], edges[k + 1], y.place(bits[k])];
      this.move(`area${k}`, { x: left, width: right - left, y: top, height: foot - top });
      this.move(`column${k}`, { points: points([[left, foot], [left, top], [right, top], [right, foot]]) });
      words[`p${k + 1}`] = shown(p[k], 2);
      this.write(`p${k}`, words[`p${k + 1}`]);
      this.write(`bits${k}`, shown(bits[k], 2));
      this.write(`word${k}`, word);
      for (const row of [0, 1, 2]) this.move(`row${row}-${k}`, { x: middles[k] });
      outline.push([left, y.place(lengths[k])], [right, y.place(lengths[k])]);
    });
    outline.push([x.stop, foot], [x.start, foot]);
    this.move("outline", { points: points(outline) });
    for (const k of [0, 1, 2]) {
      this.move(`handle${k}`, { cx: edges[k + 1] });
      this.move(`grip${k}`, { x: edges[k + 1] - 9 });
    }
    const key = 37 + 22 * code;
    this.move("key", { points: points([[4, key], [32, key]]) });
    return words;
  }
}

define("code-lengths", CodeLengths);
