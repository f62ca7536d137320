// The sentence beside a choice of who can see a field follows the choice. Without this file it says who could see
// the field when the page was made.
(() => {
  "use strict";

  const says = new Map();
  for (const line of document.querySelectorAll("[data-says]")) says.set(line.dataset.says, line.textContent);

  for (const choice of document.querySelectorAll("select[data-who]")) {
    const sentence = document.getElementById(choice.getAttribute("aria-describedby"));
    choice.addEventListener("change", () => {
      sentence.textContent = says.get(`${choice.dataset.who}:${choice.value}`) || "";
    });
  }
})();
