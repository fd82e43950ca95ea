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

/** Return places as far apart as their labels need, all between the first and the last. */
export const spread = (places, gap, first, last) => {
  const apart = [];
  for (const place of places) apart.push(Math.max(place, apart.length ? apart.at(-1) + gap : first));
  return apart.map((place, k) => Math.min(place, last - gap * (apart.length - 1 - k)));
};

/**
 * Return shares of one after a reader has set one of them: the others keep their proportions as far as whole steps and
 * the least share allow.
 */
export const share = (values, moved, step, least) => {
  const units = values.map((value) => Math.round(value / step));
  const floor = Math.round(least / step);
  let left = Math.round(1 / step) - units[moved];
  let weight = units.reduce((sum, unit, k) => (k === moved ? sum : sum + unit), 0);
  let others = units.length - 1;
  return units.map((unit, k) => {
    if (k === moved) return unit * step;
    others -= 1;
    const part = clamp(Math.round((left * unit) / weight), floor, left - floor * others);
    left -= part;
    weight -= unit;
    return part * step;
  });
};

/** Return shares after the edge between the k-th and the next was moved: what one gains, the other loses. */
export const shift = (values, k, edge, step, least) => {
  const shares = [...values];
  const both = values[k] + values[k + 1];
  const own = edge - values.slice(0, k).reduce((sum, value) => sum + value, 0);
  shares[k] = clamp(Math.round(own / step) * step, least, both - least);
  shares[k + 1] = both - shares[k];
  return shares;
};

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
 * and, if a pointer can drag its grips, `drag(grip, at, state)`: it returns the controls to set. Where one control
 * limits others, `settle(name, state)` returns those to set after the one of that name was moved. `state` holds the
 * value of each control as a number, `before` the state in which the hand last rested, `at` the numbers under the
 * pointer on the axes of its panel.
 */
export class LiveFigure extends HTMLElement {
  connectedCallback() {
    this.form = this.querySelector("form");
    this.summary = this.querySelector(".xr-summary");
    this.stop = new AbortController();
    const { signal } = this.stop;
    this.form.addEventListener("submit", (event) => event.preventDefault(), { signal });
    this.form.addEventListener("input", ({ target }) => this.input(target.name), { signal });
    this.form.addEventListener("change", () => this.rest(), { signal });
    // A form tells of its reset before its fields have changed.
    const back = () => {
      this.update();
      this.rest();
    };
    this.form.addEventListener("reset", () => setTimeout(back), { signal });
    this.addEventListener("pointerdown", (event) => this.grip(event), { signal });
    this.addEventListener("pointermove", (event) => this.follow(event), { signal });
    for (const end of ["pointerup", "pointercancel"]) {
      this.addEventListener(end, () => this.release(), { signal });
    }
    this.refresh();
    this.rest();
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

  /** A reader moved a control: let others make room for it, and draw. */
  input(name) {
    if (name) this.set(this.settle(name, this.state()));
    this.update();
  }

  /** Return the controls that follow when a reader has moved one; most figures have none. */
  settle() {
    return {};
  }

  /** Remember where the hand rested: while one share moves up and down, the others keep the proportions they had. */
  rest() {
    this.before = this.state();
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

  release() {
    this.held = null;
    this.rest();
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
    for (const place of this.querySelectorAll(`[data-value="${name}"]`)) place.firstChild.data = text;
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
