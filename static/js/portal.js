// Comfort only: every page works without this file.
(() => {
  "use strict";

  const menus = () => document.querySelectorAll("details.menu");

  // A menu closes when something else is chosen, and Escape gives the focus back to its button.
  document.addEventListener("click", (event) => {
    for (const menu of menus()) {
      if (menu.open && !menu.contains(event.target)) menu.open = false;
    }
  });
  document.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    for (const menu of menus()) {
      if (!menu.open) continue;
      const inside = menu.contains(document.activeElement);
      menu.open = false;
      if (inside) menu.querySelector("summary").focus();
    }
  });

  // Live regions speak only of what changes after the page has loaded: put the messages back once.
  const messages = document.getElementById("messages");
  if (messages && messages.childElementCount) {
    const notes = [...messages.children];
    messages.replaceChildren();
    requestAnimationFrame(() => messages.replaceChildren(...notes));
  }

  // <button type="button" hidden data-print>: browsers print from their own menu as well.
  for (const button of document.querySelectorAll("button[data-print]")) {
    button.hidden = false;
    button.addEventListener("click", () => window.print());
  }

  // <input type="password" data-reveal="Show the password" data-conceal="Hide the password">
  for (const input of document.querySelectorAll("input[data-reveal]")) {
    const button = document.createElement("button");
    button.type = "button";
    button.className = "linkbtn";
    button.textContent = input.dataset.reveal;
    button.addEventListener("click", () => {
      const hidden = input.type === "password";
      input.type = hidden ? "text" : "password";
      button.textContent = hidden ? input.dataset.conceal : input.dataset.reveal;
    });
    input.after(button);
    // A browser offers to keep what it knows to be a password.
    if (input.form) input.form.addEventListener("submit", () => { input.type = "password"; });
  }

  // <button type="button" hidden data-copy="text" data-copied="Copied">: shown only where copying works.
  if (navigator.clipboard) {
    for (const button of document.querySelectorAll("button[data-copy]")) {
      button.hidden = false;
      button.addEventListener("click", async () => {
        await navigator.clipboard.writeText(button.dataset.copy);
        const words = button.querySelector("span") || button;
        words.textContent = button.dataset.copied;
      });
    }
  }
})();
