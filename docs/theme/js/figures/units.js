import { LiveFigure, define, shown } from "./base.js";

const BASES = { bits: 2, nats: Math.E, hartleys: 10 };

/** One point of the curve of -log p, read on the axis of each unit. */
class Units extends LiveFigure {
  drag(grip, { x }) {
    return { p: x };
  }

  draw({ p, unit }) {
    const chosen = Object.keys(BASES)[unit];
    const words = { p: shown(p, 2) };
    for (const [name, base] of Object.entries(BASES)) {
      words[name] = shown(-Math.log(p) / Math.log(base), 4);
      for (const mark of [name, `${name}-title`]) {
        this.move(mark, { class: name === chosen ? "xr-strong" : "xr-title" });
      }
    }
    for (const [name, text] of Object.entries(words)) this.write(name, text);

    const place = this.scale("curve", "x").place(p);
    const height = this.scale("curve", "y").place(-Math.log2(p));
    this.move("drop", { x1: place, x2: place, y1: height });
    const side = this.querySelector("[data-sides]").dataset.sides.split(" ")[unit];
    this.move("reach", { x1: place, x2: side, y1: height, y2: height });
    this.move("point", { cx: place, cy: height });
    return words;
  }
}

define("units", Units);
