import { LiveFigure, Scale, clamp, define, points, shown } from "./base.js";

// Dense where the logarithm is steep.
const THETAS = Array.from({ length: 101 }, (_, k) => Math.sin((Math.PI * k) / 200) ** 2);
const MOST = 3;

/** The likelihood has its top where its negative log has its foot; a point of both at theta. */
class Coin extends LiveFigure {
  /** There are no more heads than tosses. */
  settle(name, { heads, tosses }) {
    return name === "heads" ? { tosses: Math.max(heads, tosses) } : { heads: Math.min(heads, tosses) };
  }

  drag(grip, { x }) {
    return { theta: x };
  }

  draw({ theta, tosses, ...state }) {
    const heads = Math.min(state.heads, tosses);
    const tails = tosses - heads;
    // What did not happen adds nothing, even where its probability is 0.
    const nll = (q) => -(heads && heads * Math.log(q)) - (tails && tails * Math.log1p(-q));
    const best = heads / tosses;
    const [here, least] = [nll(theta), nll(best)];
    const exponent = Math.floor(Math.log10(Math.exp(-least)));
    const words = {
      theta: shown(theta, 2),
      heads: shown(heads, 0),
      tosses: shown(tosses, 0),
      best: shown(best, 4),
      likelihood: shown(Math.exp(-here) / 10 ** exponent, 3),
      exponent: shown(exponent, 0),
      loss: shown(here, 3),
    };
    for (const [name, text] of Object.entries(words)) this.write(name, text);
    this.write("about", (heads * 10000) % tosses ? "≈" : "=");
    this.write("peak", shown(Math.exp(-least) / 10 ** exponent, 3));
    for (let k = 0; k <= MOST; k += 1) this.write(`tick${k}`, shown(k * tosses, 0));

    const x = this.scale("curves", "x");
    const above = new Scale(0, 1, 172, 66);
    const below = new Scale(0, MOST * tosses, 392, 240);
    const losses = THETAS.map((q) => [q, nll(q)]);
    const inside = losses.filter(([, loss]) => loss <= MOST * tosses);
    const upper = losses.map(([q, loss]) => [x.place(q), above.place(Math.exp(least - loss))]);
    const lower = inside.map(([q, loss]) => [x.place(q), below.place(loss)]);
    this.move("likelihood", { points: points(upper) });
    this.move("nll", { points: points(lower) });

    const middle = x.place(best);
    this.move("best", { x1: middle, x2: middle });
    this.move("best-top", { cx: middle });
    this.move("best-foot", { cx: middle, cy: below.place(least) });
    this.move("estimate", { x: clamp(middle, 90, 318) });

    const [place, top, foot] = [x.place(theta), above.place(Math.exp(least - here)), below.place(here)];
    this.move("drop", { x1: place, x2: place, y1: top });
    this.move("top", { cx: place, cy: top });
    this.move("foot", { cx: place, cy: foot });
    // Beside the curve: before the best the upper one rises and the lower one falls.
    const labels = [["top-label", top - 6, theta < best], ["foot-label", foot - 8, theta > best]];
    for (const [name, y, left] of labels) {
      const aside = left && place > 110;
      this.move(name, { x: aside ? place - 10 : place + 10, y, "text-anchor": aside ? "end" : "start" });
    }
    return words;
  }
}

define("coin", Coin);
