import { LiveFigure, clamp, define, shown } from "./base.js";

/** Two batches as areas, and five ways to make one number of them. */
class Perplexity extends LiveFigure {
  /** Let the corner of a block set its tokens and their loss. */
  drag(grip, { x, y }, { n0 }) {
    const before = grip === "0" ? 0 : n0;
    return { [`n${grip}`]: clamp(Math.round(x - before), 1, 10), [`l${grip}`]: clamp(y, 0, 3.5) };
  }

  draw({ n0, l0, n1, l1 }) {
    const n = n0 + n1;
    const mean = (n0 * l0 + n1 * l1) / n;
    const [e0, e1] = [l0, l1].map(Math.exp);
    const numbers = {
      right: Math.exp(mean),
      means: Math.exp((l0 + l1) / 2),
      perplexities: (e0 + e1) / 2,
      exponentials: (n0 * e0 + n1 * e1) / n,
      bits: 2 ** mean,
    };
    const words = { n0: shown(n0, 0), l0: shown(l0, 1), n1: shown(n1, 0), l1: shown(l1, 1) };
    words.mean = shown(mean + 1e-9, 2); // halves go up, whatever the last bit

    const x = this.scale("tokens", "x");
    const y = this.scale("tokens", "y");
    const blocks = [
      [0, n0, l0],
      [n0, n, l1],
    ];
    for (const [k, [first, end, loss]] of blocks.entries()) {
      const [left, right, top] = [x.place(first), x.place(end), y.place(loss)];
      this.move(`block${k}`, { x: left, width: right - left, y: top, height: y.place(0) - top });
      this.move(`handle${k}`, { cx: right, cy: top });
      this.move(`grip${k}`, { x: right - 20, y: top - 20 });
    }
    this.move("level", { x2: x.place(n), y1: y.place(mean), y2: y.place(mean) });

    const bars = this.scale("numbers", "x");
    for (const [name, number] of Object.entries(numbers)) {
      words[name] = shown(number, 2);
      this.move(name, { width: bars.place(number) - bars.place(0) });
    }
    this.move("limit", { x1: bars.place(numbers.right), x2: bars.place(numbers.right) });
    for (const [name, text] of Object.entries({ ...words, n: shown(n, 0) })) this.write(name, text);
    return words;
  }
}

define("perplexity", Perplexity);
