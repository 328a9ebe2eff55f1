// What a page gains where scripts run: long lists can be searched, tables can be sorted. Nothing is loaded, nothing is
// needed: without it everything is there in its own order.
"use strict";

// Letters without marks, so that "cote" finds "Côte d'Ivoire".
const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

function search() {
  const lists = document.querySelectorAll("ul.columns");
  const items = [...lists].flatMap((list) => [...list.children]);
  if (items.length < 20) return;
  const label = document.createElement("label");
  label.className = "search";
  label.append(document.body.dataset.search + " ");
  const field = document.createElement("input");
  field.type = "search";
  field.addEventListener("input", () => {
    const words = plain(field.value).split(/\s+/).filter(Boolean);
    for (const item of items) {
      const text = plain(item.textContent + " " + item.firstElementChild?.getAttribute("href"));
      item.hidden = !words.every((word) => text.includes(word));
    }
  });
  label.append(field);
  lists[0].closest("section").querySelector("h2").after(label);
}

// The number that a cell begins with, else its text; cells without a value come last.
function key(row, column) {
  const text = row.cells[column]?.textContent.trim() ?? "";
  const number = parseFloat(text.replace(/,/g, ""));
  return { text, number, empty: text === "" || text === "none" };
}

function sort(table, column, heading) {
  const up = heading.getAttribute("aria-sort") !== "ascending";
  const rows = [...table.tBodies[0].rows].map((row) => ({ row, ...key(row, column) }));
  const numbers = rows.every((row) => row.empty || !Number.isNaN(row.number)) && column > 0;
  rows.sort((a, b) => {
    if (a.empty !== b.empty) return a.empty ? 1 : -1;
    const order = numbers ? a.number - b.number : a.text.localeCompare(b.text, document.documentElement.lang);
    return up ? order : -order;
  });
  table.tBodies[0].append(...rows.map((row) => row.row));
  for (const other of table.tHead.rows[0].cells) other.removeAttribute("aria-sort");
  heading.setAttribute("aria-sort", up ? "ascending" : "descending");
}

function sortable(table) {
  if (!table.tHead || table.tBodies[0].rows.length < 8 || table.querySelector("tbody [colspan]")) return;
  [...table.tHead.rows[0].cells].forEach((heading, column) => {
    const button = document.createElement("button");
    button.append(...heading.childNodes);
    button.addEventListener("click", () => sort(table, column, heading));
    heading.append(button);
  });
}

search();
document.querySelectorAll("table").forEach(sortable);
