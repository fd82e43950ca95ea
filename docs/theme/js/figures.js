/*
 * Brings the figures to life. Each is a custom element around the still picture that the build drew: a
 * script moves the marks of that picture, so still and live cannot differ, and holds no words, which come
 * from the page. The controls are plain inputs, so the keyboard works as it does everywhere.
 */
(() => {
  "use strict";

  /** Return a number as it stands in a picture: fixed decimals, a true minus, no minus zero. */
  const shown = (value, decimals) => {
    const digits = Math.abs(value).toFixed(decimals);
    return value < 0 && Number(digits) !== 0 ? `−${digits}` : digits;
  };

  const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

  /** ln(1 + e^x) without overflow and without losing its small values. */
  const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

  /** A straight map from numbers to places, read from the four numbers that the picture carries. */
  class Scale {
    constructor(text) {
      [this.first, this.last, this.start, this.stop] = text.split(" ").map(Number);
    }

    place(value) {
      return this.start + ((value - this.first) / (this.last - this.first)) * (this.stop - this.start);
    }

    value(place) {
      return this.first + ((place - this.start) / (this.stop - this.start)) * (this.last - this.first);
    }
  }

  /**
   * A live figure. A subclass has `example` (its numbers from the form), `draw` (marks and numbers from the
   * form) and `drag` (the form from a pointer); this class listens, and reads the summary out.
   */
  class LiveFigure extends HTMLElement {
    connectedCallback() {
      this.form = this.querySelector("form");
      this.summary = this.querySelector(".xr-summary");
      this.stop = new AbortController();
      const { signal } = this.stop;
      this.form.addEventListener("submit", (event) => event.preventDefault(), { signal });
      this.form.addEventListener("input", () => this.update(), { signal });
      // A form tells of its reset before its fields have changed.
      this.form.addEventListener("reset", () => setTimeout(() => this.update()), { signal });
      this.addEventListener("pointerdown", (event) => this.grip(event), { signal });
      this.addEventListener("pointermove", (event) => this.follow(event), { signal });
      for (const end of ["pointerup", "pointercancel"]) {
        this.addEventListener(end, () => (this.held = null), { signal });
      }
      this.draw();
    }

    disconnectedCallback() {
      this.stop.abort();
      clearTimeout(this.pause);
    }

    /** Draw at once; read the summary out when the hand rests. */
    update() {
      const words = this.draw();
      clearTimeout(this.pause);
      this.pause = setTimeout(() => {
        const { words: template } = this.summary.dataset;
        this.summary.textContent = template.replace(/\{(\w+)\}/g, (_, name) => words[name]);
      }, 300);
    }

    /** Hold what the pointer went down on, until it is let go. */
    grip(event) {
      this.held = event.button === 0 ? event.target.closest("[data-grip]") : null;
      if (!this.held) return;
      event.preventDefault();
      this.held.setPointerCapture(event.pointerId);
      this.follow(event);
    }

    /** Take what is held to the pointer. */
    follow(event) {
      if (!this.held) return;
      const panel = this.held.ownerSVGElement;
      const { left, width } = panel.getBoundingClientRect();
      const place = ((event.clientX - left) / width) * panel.viewBox.baseVal.width;
      this.drag(this.held.dataset.grip, new Scale(panel.dataset.x).value(place));
      this.update();
    }

    /** Set attributes of the mark with this name. */
    move(name, attributes) {
      const mark = this.querySelector(`[data-mark="${name}"]`);
      for (const [key, value] of Object.entries(attributes)) mark.setAttribute(key, value);
    }

    /** Write a number wherever the picture shows it. */
    write(name, text) {
      for (const place of this.querySelectorAll(`[data-value="${name}"]`)) place.textContent = text;
    }

    /** Return the scale of a panel. */
    scale(panel, axis) {
      return new Scale(this.querySelector(`[data-panel="${panel}"]`).dataset[axis]);
    }
  }

  /** Two scores, their probabilities, and the loss of the label. */
  class Pipeline extends LiveFigure {
    /** Let a dragged bar or point set the scores. */
    drag(grip, value) {
      const fields = this.form.elements;
      if (grip.startsWith("z")) {
        fields[grip].value = value;
        return;
      }
      // A probability fixes the difference of the scores: move its own score, and the other at the end of the rail.
      const [own, other] = (grip === "point" ? fields.label.value : grip[1]) === "0" ? ["z0", "z1"] : ["z1", "z0"];
      const { min, max } = fields[own];
      const p = clamp(value, 1e-9, 1 - 1e-9);
      const difference = clamp(Math.log(p / (1 - p)), min - max, max - min);
      const score = clamp(Number(fields[other].value) + difference, min, max);
      fields[own].value = score;
      fields[other].value = score - difference;
    }

    /** Compute from the form, move every mark, and return the numbers as they are shown. */
    draw() {
      const fields = this.form.elements;
      const z = [Number(fields.z0.value), Number(fields.z1.value)];
      const label = Number(fields.label.value);
      // -ln p_k = ln(e^z_0 + e^z_1) - z_k, taken from the difference alone.
      const losses = [softplus(z[1] - z[0]), softplus(z[0] - z[1])];
      const p = losses.map((loss) => Math.exp(-loss));
      const words = { label: String(label), loss: shown(losses[label], 5) };

      const score = this.scale("scores", "x");
      const x = this.scale("probabilities", "x");
      const y = this.scale("probabilities", "y");
      for (const k of [0, 1]) {
        words[`z${k}`] = shown(z[k], 1);
        words[`p${k}`] = shown(p[k], 4);
        this.write(`e${k}`, shown(Math.exp(z[k]), 4));
        fields[`z${k}`].setAttribute("aria-valuetext", words[`z${k}`]);
        const [zero, end] = [score.place(0), score.place(z[k])];
        this.move(`z${k}-bar`, { x: Math.min(zero, end), width: Math.abs(end - zero) });
        this.move(`z${k}-handle`, { cx: end });
        this.move(`p${k}-bar`, {
          width: x.place(p[k]) - x.place(0),
          class: k === label ? "xr-bar" : "xr-bar-other",
        });
      }
      this.write("sum", shown(Math.exp(z[0]) + Math.exp(z[1]), 4));
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

  if (!customElements.get("xentref-pipeline")) customElements.define("xentref-pipeline", Pipeline);
})();
