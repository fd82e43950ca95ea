import { LiveFigure, define, shown } from "./base.js";

const MIXED = 3;

/** x ln x, which is 0 at 0. */
const xlogx = (x) => (x ? x * Math.log(x) : 0);

/** A target that can be edited, and what each of its terms adds to the loss. */
class Target extends LiveFigure {
  connectedCallback() {
    super.connectedCallback();
    // Whoever votes wants the votes to count.
    const vote = ({ target }) => /^v\d$/.test(target.name ?? "") && this.set({ kind: MIXED });
    this.addEventListener("input", vote, { capture: true, signal: this.stop.signal });
  }

  draw({ kind, v0, v1, v2, eps, z0, z1, z2 }) {
    const votes = kind === MIXED ? [v0, v1, v2] : [0, 1, 2].map((k) => Number(k === kind));
    const cast = votes.reduce((sum, vote) => sum + vote);
    const y = votes.map((vote) => (1 - eps) * (cast ? vote / cast : 1 / 3) + eps / 3);
    const z = [z0, z1, z2];
    const most = Math.max(...z);
    const total = most + Math.log(z.reduce((sum, score) => sum + Math.exp(score - most), 0));
    const losses = z.map((score) => total - score);
    const terms = y.map((share, k) => share * losses[k]);

    const height = this.scale("columns", "y");
    const words = {
      eps: shown(eps, 2),
      sum: shown(terms.reduce((sum, term) => sum + term), 4),
      least: shown(-y.reduce((sum, share) => sum + xlogx(share), 0), 4),
      terms: String(y.filter((share) => share > 0).length),
    };
    for (const k of [0, 1, 2]) {
      words[`z${k}`] = shown(z[k], 1);
      words[`p${k}`] = shown(Math.exp(-losses[k]), 4);
      words[`y${k}`] = shown(y[k], 4);
      words[`loss${k}`] = shown(losses[k], 4);
      words[`term${k}`] = shown(terms[k], 4);
      const top = height.place(losses[k]);
      const column = { y: top, height: height.start - top };
      this.move(`room${k}`, column);
      this.move(`term${k}`, { ...column, width: 88 * y[k] });
      this.move(`term${k}-label`, { y: top - 8 });
    }
    for (const [name, text] of Object.entries(words)) this.write(name, text);
    return words;
  }
}

define("target", Target);
