// Names of organisations while somebody types one. Without this file the input is a plain one, and the join page has
// a button that asks the server.
(() => {
  "use strict";

  const FEWEST_LETTERS = 3;
  const PAUSE = 200;

  for (const button of document.querySelectorAll("[data-lookup]")) button.remove();

  for (const input of document.querySelectorAll("input[data-suggest]")) {
    const list = input.list;
    if (!list) continue;
    let asked = "";
    let timer = 0;

    const suggest = async () => {
      const text = input.value.trim();
      if (text === asked || text.length < FEWEST_LETTERS) return;
      asked = text;
      const response = await fetch(`${input.dataset.suggest}?${new URLSearchParams({ q: text })}`);
      if (!response.ok || text !== asked) return;
      const { names } = await response.json();
      list.replaceChildren(...names.map((name) => new Option("", name)));
    };

    input.addEventListener("input", () => {
      clearTimeout(timer);
      timer = setTimeout(() => suggest().catch(() => {}), PAUSE);
    });
  }
})();
