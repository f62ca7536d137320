// The rows of an agenda without a round trip. Without this file the same buttons submit the form and the server
// gives the page back with everything typed; the names of fields and buttons stay in step with that.
(() => {
  "use strict";

  const agenda = document.querySelector("[data-agenda]");
  if (!agenda) return;
  const form = agenda.closest("form");
  const list = agenda.querySelector("[data-rows]");
  const blank = agenda.querySelector("template[data-blank]");
  const said = agenda.querySelector("[data-said]");
  const sum = agenda.querySelector("[data-sum]");
  const excess = agenda.querySelector("[data-excess]");
  const prefix = agenda.dataset.prefix;
  const total = form.elements[`${prefix}-TOTAL_FORMS`];
  const rows = () => [...list.querySelectorAll(":scope > [data-row]")];

  const fill = (text, values) => text.replace(/%\((\w+)\)[ds]/g, (_, name) => values[name]);

  const say = (text, values = {}) => {
    said.textContent = "";
    requestAnimationFrame(() => { said.textContent = fill(text, values); });
  };

  // Every name, id and reference of a row holds its index; every label its number.
  const renumber = () => {
    const all = rows();
    all.forEach((row, index) => {
      const number = String(index + 1);
      for (const element of row.querySelectorAll("*")) {
        for (const attribute of ["name", "id", "for", "aria-describedby"]) {
          const value = element.getAttribute(attribute);
          if (!value) continue;
          const changed = value
            .replace(new RegExp(`(^|[ _])${prefix}-(\\d+|__prefix__)-`, "g"), `$1${prefix}-${index}-`)
            .replace(/^(up|down|remove)-(\d+|__prefix__)$/, `$1-${index}`);
          if (changed !== value) element.setAttribute(attribute, changed);
        }
      }
      row.querySelector(".row-item__n").textContent = number;
      for (const words of row.querySelectorAll("legend, button .vh")) {
        if (!words.dataset.words) words.dataset.words = words.textContent.replace(/__number__|\d+/, "#");
        words.textContent = words.dataset.words.replace("#", number);
      }
      row.querySelector("[data-do=up]").disabled = index === 0;
      row.querySelector("[data-do=down]").disabled = index === all.length - 1;
    });
    total.value = String(all.length);
    add();
  };

  const add = () => {
    const number = (field) => {
      const value = field ? Number.parseInt(field.value, 10) : 0;
      return value > 0 ? value : 0;
    };
    const minutes = rows().reduce((all, row) => all + number(row.querySelector("[data-minutes]")), 0);
    const length = number(form.querySelector("[data-length]"));
    sum.textContent = fill(length ? agenda.dataset.total : agenda.dataset.open, { minutes, length });
    const over = length > 0 && minutes > length;
    excess.className = over ? "flag" : "";
    excess.textContent = over ? fill(agenda.dataset.over, { minutes: minutes - length }) : "";
  };

  const addRow = () => {
    if (rows().length >= Number(agenda.dataset.most)) {
      say(agenda.dataset.full);
      return;
    }
    list.append(blank.content.cloneNode(true));
    renumber();
    const all = rows();
    all[all.length - 1].querySelector("input").focus();
    say(agenda.dataset.added, { number: all.length });
  };

  const move = (row, by) => {
    const all = rows();
    const from = all.indexOf(row);
    const to = from + by;
    if (to < 0 || to >= all.length) return;
    if (by < 0) all[to].before(row);
    else all[to].after(row);
    renumber();
    const same = row.querySelector(by < 0 ? "[data-do=up]" : "[data-do=down]");
    const other = row.querySelector(by < 0 ? "[data-do=down]" : "[data-do=up]");
    (same.disabled ? other : same).focus();
    say(agenda.dataset.moved, { number: from + 1, other: to + 1 });
  };

  const remove = (row) => {
    const index = rows().indexOf(row);
    row.remove();
    renumber();
    const left = rows();
    const next = left[Math.min(index, left.length - 1)];
    (next ? next.querySelector("[data-do=remove]") : agenda.querySelector("[data-do=add]")).focus();
    say(agenda.dataset.removed, { number: index + 1 });
  };

  agenda.addEventListener("click", (event) => {
    const button = event.target.closest("button[data-do]");
    if (!button) return;
    event.preventDefault();
    const row = button.closest("[data-row]");
    if (button.dataset.do === "add") addRow();
    else if (button.dataset.do === "up") move(row, -1);
    else if (button.dataset.do === "down") move(row, 1);
    else remove(row);
  });
  form.addEventListener("input", (event) => {
    if (event.target.matches("[data-minutes], [data-length]")) add();
  });
  renumber();
})();
