import { LiveFigure, define, shown } from "./base.js";

const sum = (numbers) => numbers.reduce((total, number) => total + number, 0);

/** Four decimals, or nan in Python's spelling: the mean of no token at all. */
const said = (value) => (Number.isNaN(value) ? "nan" : shown(value, 4));

/** The first `cut` tokens make one micro-batch, the rest another; an ignored token has the loss nan. */
class MicroBatches extends LiveFigure {
  drag(grip, { x }) {
    return { cut: x };
  }

  draw({ cut }) {
    const losses = this.querySelector("[data-losses]").dataset.losses.split(" ").map(Number);
    const pieces = [losses.slice(0, cut), losses.slice(cut)].map((piece) => piece.filter((loss) => loss >= 0));
    const means = pieces.map((piece) => sum(piece) / piece.length);
    const words = {
      cut: String(cut),
      mean0: said(means[0]),
      mean1: said(means[1]),
      naive: said(sum(means) / 2),
      exact: said(sum(pieces.flat()) / pieces.flat().length),
    };
    for (const [name, text] of Object.entries(words)) this.write(name, text);

    const x = this.scale("tokens", "x").place(cut);
    const y = this.scale("tokens", "y");
    losses.forEach((loss, k) => {
      if (Number.isNaN(loss)) return;
      const piece = Number(k >= cut);
      const top = y.place(0.5 / pieces[piece].length);
      const kind = ["xr-bar", "xr-bar-other"][piece];
      this.move(`token${k}`, { y: top, height: y.place(0) - top, class: kind });
    });
    pieces.forEach((piece, k) => this.write(`n${k}`, String(piece.length)));
    this.move("cut", { x1: x, x2: x });
    this.move("handle", { cx: x });
    return words;
  }
}

define("micro-batches", MicroBatches);
