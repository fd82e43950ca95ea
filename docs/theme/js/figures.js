// Brings to life the figures of the page shown; each has a script of its own. Without this the stills remain.
document$.subscribe(() => {
  for (const { dataset } of document.querySelectorAll("[data-figure]")) import(`./figures/${dataset.figure}.js`);
});
