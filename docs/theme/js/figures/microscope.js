import { LiveFigure, clamp, define, shown } from "./base.js";

/** The formats: name, binary digits after the point, least normal exponent; what is computed on the way is wider. */
const FORMATS = [
  ["float16", 10, -14, Math.fround],
  ["bfloat16", 7, -126, Math.fround],
  ["float32", 23, -126, Math.fround],
  ["float64", 52, -1022, (x) => x],
];
const ROWS = ["up", "down", "p", "doubt", "naive", "stable"];

/** Return the nearest number that a format has, of two equally near ones the even one. */
const rounder = (digits, least) => {
  if (digits === 52) return (x) => x;
  const largest = (2 - 2 ** -digits) * 2 ** (1 - least);
  return (x) => {
    if (x === 0) return 0;
    const step = 2 ** (Math.max(Math.floor(Math.log2(x)), least) - digits);
    // Beyond 2^52 a double has no fraction, so that adding this rounds to a whole number of steps.
    const nearest = (x / step + 2 ** 52 - 2 ** 52) * step;
    return nearest <= largest ? nearest : Infinity;
  };
};

const lost = (name, x) => x === 0 || x === Infinity || (name === "p" && x === 1);

const said = (name, x) => {
  if (x === 0 || x === 1) return String(x);
  if (x === Infinity) return "∞";
  if (name === "p") return x > 1 - 5e-11 ? "0.9999999999…" : x.toFixed(10);
  if (x >= 1e-3 && x < 1e3) return x.toFixed(2 - Math.floor(Math.log10(x)));
  return x.toExponential(2).replace("e+", "e").replace("-", "−");
};

/** Six numbers for a gap, as a format has them and exactly. */
class Microscope extends LiveFigure {
  drag(grip, { x }) {
    return { g: x };
  }

  draw({ g, dtype }) {
    const [format, digits, least, wide] = FORMATS[dtype];
    const fit = rounder(digits, least);
    const [up, down] = [Math.exp(g), Math.exp(-g)];
    const p = fit(wide(1 / wide(1 + wide(down))));
    const have = {
      ...{ up: fit(up), down: fit(down), p },
      ...{ doubt: fit(1 - p), naive: fit(Math.abs(Math.log(p))), stable: fit(Math.log1p(fit(down))) },
    };
    const loss = Math.log1p(down);
    const want = { up, down, p: Math.min(1 / (1 + down), 1 - 2 ** -53), doubt: down / (1 + down), naive: loss, stable: loss };

    const zero = (digits - least + 1) * Math.LN2;
    const one = digits > 16 ? (digits + 1) * Math.LN2 : Math.log(2 ** (digits + 2) - 1);
    const top = Math.log(2 - 2 ** -(digits + 1)) + (1 - least) * Math.LN2;
    const last = { up: top, down: zero, p: one, doubt: one, naive: one, stable: zero };

    const x = this.scale("side0", "x");
    const words = { dtype: format, g: shown(g, 1), exact: said("naive", loss) };
    for (const name of ROWS) {
      words[name] = said(name, have[name]);
      this.write(`${name}-exact`, said(name, want[name]));
      this.write(`${name}-last`, shown(last[name], 2));
      this.move(name, { class: lost(name, have[name]) ? "xr-lost" : "xr-clear" });
      this.move(`${name}-range`, { width: x.place(Math.min(last[name], x.last)) - x.start });
      this.move(`${name}-end`, { x: clamp(x.place(last[name]), 40, 300) });
    }
    for (const side of [0, 1]) {
      this.move(`guide${side}`, { x1: x.place(g), x2: x.place(g) });
      this.move(`handle${side}`, { cx: x.place(g) });
    }
    for (const [name, text] of Object.entries(words)) this.write(name, text);
    return words;
  }
}

define("microscope", Microscope);
