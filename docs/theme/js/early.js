// Runs before anything is shown.

// What Material's script does to the root and the head once the page is there would have all of it styled anew. So the
// classes are right from the start, the scrollbars have their colours from our style sheet instead of a <meta>, and the
// sheet of the font keeps its address until another page is shown; a font that came too late is used there.
{
  const { documentElement: root, head } = document;
  root.classList.replace("no-js", "js");
  root.classList.add("js-focus-visible");
  Object.defineProperty(head.querySelector("[rel=stylesheet]"), "href", { set() {} });
  head.appendChild = (node) => (node.name === "color-scheme" ? node : Node.prototype.appendChild.call(head, node));
}

// Reading needs no script. A visit that starts at the top gets only the sections near the window, css/site.css leaves the
// others for later, and Material's script and ours, which main.html names, wait: for the first sign that the reader will
// do something. One that returns, or goes to a place on the page, needs all at once, for among guessed heights it would
// end up elsewhere.
{
  const { classList } = document.documentElement;
  const fromTop = !location.hash && !location.search && performance.getEntriesByType("navigation")[0].type === "navigate";
  classList.toggle("xr-from-top", fromTop);

  const begun = new AbortController();
  const listen = (types, notice) => {
    for (const type of types) addEventListener(type, notice, { capture: true, passive: true, signal: begun.signal });
  };
  const sign = new Promise((resolve) => {
    const notice = ({ type, movementX, movementY }) => {
      if (type !== "pointermove" || movementX || movementY) resolve(); // one that rests "moves" by 0 when a page comes
    };
    if (fromTop) listen(["pointermove", "pointerdown", "keydown", "focusin", "scroll"], notice);
    else resolve();
  });
  const parsed = new Promise((resolve) => listen(["DOMContentLoaded"], resolve));

  // What is pressed before the scripts can answer, they get once more: keys are shortcuts, buttons copy, and a label
  // leads into the search. A link to a place on the page is the browser's alone: Material's script, in its first
  // tenth of a second, forgets the place.
  const pressed = [];
  listen(["keydown", "click"], (event) => {
    const link = event.type === "click" && event.target.closest("a[href]");
    if (link?.hash && link.pathname === location.pathname) event.stopPropagation();
    pressed.push(event);
  });

  const run = (link) =>
    new Promise((resolve) => {
      const script = document.createElement("script");
      Object.assign(script, { src: link.href, async: false, onload: resolve });
      link.replaceWith(script);
    });

  const begin = async () => {
    await sign;
    classList.remove("xr-from-top");
    await parsed;
    await Promise.all([...document.querySelectorAll("link[rel=prefetch][as=script]")].map(run));
    document.dispatchEvent(new Event("DOMContentLoaded")); // Material's waits for one
    for (const event of pressed.splice(0)) {
      if (event.type === "keydown") event.target.dispatchEvent(new KeyboardEvent("keydown", event));
      else event.target.closest("button, label")?.dispatchEvent(new Event("click", { bubbles: true }));
    }
    setTimeout(() => begun.abort(), 300);
  };
  begin();
}

// The switch of language leads to the same place: the last heading or term above the top of the window, for both languages
// have the same ids. Whoever presses it before the scripts are there has a place, too.
{
  const keepPlace = ({ target }) => {
    const language = target.closest?.(".xr-language");
    if (!language) return;
    const passed = [...document.querySelectorAll("article :is(h2, h3, h4, h5, h6, dt)[id]")].filter(
      (element) => element.checkVisibility() && element.getBoundingClientRect().top < 160,
    );
    language.hash = scrollY > 0 && passed.length ? passed.at(-1).id : "";
  };
  for (const type of ["pointerdown", "focusin", "click"]) addEventListener(type, keepPlace, { passive: true });
}
