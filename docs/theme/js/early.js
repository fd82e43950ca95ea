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

// A visit that starts at the top needs only the sections near the window, and css/site.css leaves the others for later:
// for when the reader first does something. One that returns, or goes to a place on the page, needs the whole page at
// once, for among guessed heights it would end up elsewhere.
if (!location.hash && performance.getEntriesByType("navigation")[0].type === "navigate") {
  const { classList } = document.documentElement;
  classList.add("xr-from-top");
  const whole = () => classList.remove("xr-from-top");
  for (const sign of ["pointerdown", "keydown", "scroll"]) addEventListener(sign, whole, { once: true });
}

// The search has by far the largest files, and most visits search nothing: its worker and its index wait until the
// search box is first pointed at or used.
{
  const waiting = [];
  let wanted = false;
  const whenWanted = (start) => (wanted ? start() : waiting.push(start));

  const { open, send } = XMLHttpRequest.prototype;
  XMLHttpRequest.prototype.open = function (method, url, ...rest) {
    this.isIndex = String(url).endsWith("/search_index.json");
    open.call(this, method, url, ...rest);
  };
  XMLHttpRequest.prototype.send = function (body) {
    if (this.isIndex) whenWanted(() => send.call(this, body));
    else send.call(this, body);
  };

  // Material has one worker, that of the search. This one takes messages at once, and passes them on when it is there.
  const Real = Worker;
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      whenWanted(() => {
        this.real = new Real(url);
        this.real.onmessage = ({ data }) => this.dispatchEvent(new MessageEvent("message", { data }));
      });
    }

    postMessage(message) {
      whenWanted(() => this.real.postMessage(message));
    }
  };

  const start = ({ target }) => {
    if (wanted || !target.closest?.(".md-search, [for=__search]")) return;
    wanted = true;
    waiting.forEach((each) => each());
  };
  for (const sign of ["focusin", "pointerover", "touchstart"]) addEventListener(sign, start, { passive: true });
}
