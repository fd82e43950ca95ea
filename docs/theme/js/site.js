// What the pages need beyond Material's script: the language switch under instant navigation, and keys for
// those who do not point. Without scripts the switch still leads to the same page.

// The root of this language, before instant navigation changes the address: …/en/ or …/zh/.
const home = new URL(JSON.parse(document.getElementById("__config").textContent).base + "/", location.href);
home.pathname = home.pathname.replace(/\/+$/, "/");

const language = document.querySelector(".xr-language");

try {
  localStorage.setItem("xentref.language", document.documentElement.lang); // the start page suggests it
} catch {} // storage may be forbidden: then there is no suggestion

// Point the switch at the page shown now.
function followPage() {
  if (language.dataset.page === "yes") {
    const page = location.pathname.slice(home.pathname.length);
    language.href = new URL(`../${language.hreflang}/${page}`, home);
  }
}

// Whatever scrolls sideways can be reached and scrolled with the keys.
const scrollers = "article :is(.arithmatex, .md-typeset__scrollwrap, pre > code, .xr-scroll)";
const resized = new ResizeObserver((entries) => measure(entries.map(({ target }) => target)));

function measure(elements) {
  const wide = elements.map(({ scrollWidth, clientWidth }) => scrollWidth > clientWidth); // all before a change of any
  elements.forEach((element, index) => {
    if (wide[index]) element.tabIndex = 0;
    else element.removeAttribute("tabindex");
  });
}

// Bring to life the figures of the page shown; each has a script of its own. Without it the stills remain.
function wakeFigures() {
  for (const { dataset } of document.querySelectorAll("[data-figure]")) import(`./figures/${dataset.figure}.js`);
}

document$.subscribe(() => {
  followPage();
  wakeFigures();
  resized.disconnect();
  document.querySelectorAll(scrollers).forEach((element) => resized.observe(element));
});
