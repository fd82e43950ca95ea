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

    // A minus would ask for pages without the word, and -100 and --json are what readers look for.
    postMessage({ type, data }) {
      const question = type === 2 ? data.replace(/(^|\s)-+/g, "$1") : data;
      whenWanted(() => this.real.postMessage({ type, data: question }));
    }
  };

  const start = ({ target }) => {
    if (wanted || !target.closest?.(".md-search, [for=__search]")) return;
    wanted = true;
    waiting.forEach((each) => each());
  };
  for (const sign of ["focusin", "pointerover", "touchstart"]) addEventListener(sign, start, { passive: true });
}
