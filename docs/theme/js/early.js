// Runs before anything is shown.

// What Material's script would tell the root only when the page is there, and so have all of it styled once more; and
// again by a <meta> for the colours of scrollbars, of which our style sheet takes care.
{
  const { documentElement: root, head } = document;
  root.classList.replace("no-js", "js");
  root.classList.add("js-focus-visible");
  head.appendChild = (node) => (node.name === "color-scheme" ? node : Node.prototype.appendChild.call(head, node));
}

// The font of the formulas, without a style sheet that would have to be waited for:
// if it comes too late for the first lines, it waits for the next page, and no line moves.
{
  const address = String(__md_scope).replace(/\/*$/, "/fonts/math.woff2");
  document.fonts.add(new FontFace("xentref math", `url(${address})`, { display: "optional" }));
}

// The search has by far the largest files, and most visits search nothing: its worker
// and its index wait until the search box is first pointed at or used.
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
