import { LiveFigure, define, shown } from "./base.js";

/** The two losses after one epoch, and the probability that the right class then gets on the geometric mean. */
class LossCurves extends LiveFigure {
  drag(grip, { x }) {
    return { epoch: x };
  }

  draw({ epoch }) {
    const { losses } = this.querySelector("[data-losses]").dataset;
    const [torch, numpy] = losses.split(";")[epoch].split(" ").map(Number);
    const words = {
      epoch: shown(epoch, 0),
      torch: shown(torch, 4),
      numpy: shown(numpy, 4),
      probability: shown(Math.exp(-torch), 4),
    };
    for (const [name, text] of Object.entries(words)) this.write(name, text);

    const place = this.scale("curves", "x").place(epoch);
    const height = this.scale("curves", "y").place(torch);
    this.move("drop", { x1: place, x2: place, y1: height });
    this.move("point", { cx: place, cy: height });
    return words;
  }
}

define("loss-curves", LossCurves);
