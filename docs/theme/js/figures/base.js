/*
 * What all live figures share. Each is a custom element around the still picture that the build drew: a script
 * moves the marks of that picture, so still and live cannot differ, and holds no words, which come from the page.
 * The controls are plain inputs, so the keyboard works as it does everywhere.
 */

/** Return a number as it stands in a picture: fixed decimals, a true minus, no minus zero. */
export const shown = (value, decimals) => {
  const digits = Math.abs(value).toFixed(decimals);
  return value < 0 && Number(digits) !== 0 ? `−${digits}` : digits;
};

export const clamp = (value, least, most) => Math.min(Math.max(value, least), most);

/** ln(1 + e^x) without overflow and without losing its small values. */
export const softplus = (x) => Math.max(x, 0) + Math.log1p(Math.exp(-Math.abs(x)));

/** Return the points of a curve as a picture holds them. */
export const points = (pairs) => pairs.map((pair) => pair.map((place) => place.toFixed(1)).join(",")).join(" ");

/** A straight map from numbers to places, from the four numbers that a panel carries. */
export class Scale {
  constructor(first, last, start, stop) {
    Object.assign(this, { first, last, start, stop });
  }

  place(value) {
    return this.start + ((value - this.first) / (this.last - this.first)) * (this.stop - this.start);
  }

  value(place) {
    return this.first + ((place - this.start) / (this.stop - this.start)) * (this.last - this.first);
  }
}

/**
 * A live figure. A subclass has `draw(state)`: it moves marks, writes numbers, and returns the words of the summary;
 * and, if a pointer can drag its grips, `drag(grip, at, state)`: it returns the controls to set. `state` holds the
 * value of each control as a number, `at` the numbers under the pointer on the axes of its panel.
 */
export class LiveFigure extends HTMLElement {
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
    this.refresh();
  }

  disconnectedCallback() {
    this.stop.abort();
    clearTimeout(this.pause);
  }

  /** Return the value of each control: a slider's number, the place of a choice, 1 or 0 of a switch. */
  state() {
    const state = {};
    for (const { name, type, value, checked } of this.form.elements) {
      if (type === "range") state[name] = Number(value);
      else if (type === "checkbox") state[name] = Number(checked);
      else if (type === "radio" && checked) state[name] = Number(value);
    }
    return state;
  }

  /** Set controls by name; a slider takes the nearest number that it has. */
  set(values) {
    for (const [name, value] of Object.entries(values)) {
      const field = this.form.elements[name];
      if (field.type === "checkbox") field.checked = value;
      else field.value = value;
    }
  }

  /** Draw, and say the value of each slider as it is shown. */
  refresh() {
    for (const field of this.form.querySelectorAll("[type=range]")) {
      const { base, decimals } = field.dataset;
      const value = base ? base ** field.value : Number(field.value);
      field.setAttribute("aria-valuetext", shown(value, Number(decimals)));
    }
    return this.draw(this.state());
  }

  /** Draw at once; read the summary out when the hand rests. */
  update() {
    const words = this.refresh();
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
    const box = panel.getBoundingClientRect();
    const unit = panel.viewBox.baseVal.width / box.width;
    const at = {};
    if (panel.dataset.x) at.x = this.scaleOf(panel, "x").value((event.clientX - box.left) * unit);
    if (panel.dataset.y) at.y = this.scaleOf(panel, "y").value((event.clientY - box.top) * unit);
    this.set(this.drag(this.held.dataset.grip, at, this.state()));
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

  /** Return the scale of a panel's axis, "x" or "y". */
  scale(panel, axis) {
    return this.scaleOf(this.querySelector(`[data-panel="${panel}"]`), axis);
  }

  scaleOf(panel, axis) {
    return new Scale(...panel.dataset[axis].split(" ").map(Number));
  }
}

/** Bring a figure to life, once: instant navigation may ask again. */
export const define = (name, figure) => {
  if (!customElements.get(`xentref-${name}`)) customElements.define(`xentref-${name}`, figure);
};
