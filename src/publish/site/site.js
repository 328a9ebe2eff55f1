// What a page gains where scripts run: long lists can be searched, tables can be sorted, and a page can be read in another
// language. Nothing is needed: without it everything is there in its own order, and in English.
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
  return { text, number, empty: text === "" || text === document.body.dataset.none };
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

// The folder of the site, the language of the page as it was made, and the one asked for in its address.
const site = document.currentScript.src.replace(/site\.js.*$/, "");
const made = document.documentElement.lang;
const languages = [...document.querySelectorAll("footer a[lang]")];
const asked = new URLSearchParams(location.search).get("lang");
const language = made === "en" && languages.some((link) => link.lang === asked) ? asked : made;

// Links lead on in the same language; those to the languages stay on the page.
function links() {
  const home = new URL("index.html", site).pathname;
  for (const link of document.querySelectorAll('a[href]:not([href^="#"])')) {
    const url = new URL(link.href);
    if (!link.href.startsWith(site) || !url.pathname.endsWith(".html")) continue;
    if (languages.includes(link)) {
      if (made !== "en" || location.pathname === home) continue;
      link.href = location.pathname + (link.lang === "en" ? "" : `?lang=${link.lang}`) + location.hash;
    } else if (language !== "en" && url.pathname === home && !url.hash.startsWith("#n")) {
      link.href = `${site}${language}/index.html${url.hash}`;
    } else if (language !== "en" && !url.pathname.endsWith(`/${language}/index.html`)) {
      url.searchParams.set("lang", language);
      link.href = url.href;
    }
  }
}

// Called by words/<language>.js. What has no translation is marked as English.
function translate({ direction, words }) {
  const separator = { ar: "\u060c ", zh: "\u3001" }[language] ?? ", ";
  const find = (text) => {
    if (Object.hasOwn(words, text)) return words[text];
    const parts = text.split(", ").map((part) => (Object.hasOwn(words, part) ? words[part] : undefined));
    return parts.length > 1 && !parts.includes(undefined) ? parts.join(separator) : undefined;
  };
  const root = document.documentElement;
  const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
  const nodes = [];
  while (walker.nextNode()) {
    const parent = walker.currentNode.parentElement;
    const ours = parent.closest("[lang]") === root && !parent.closest("script, [translate=no]");
    if (ours && /\p{L}/u.test(walker.currentNode.data)) nodes.push(walker.currentNode);
  }
  for (const node of nodes) {
    const text = node.data.trim();
    const known = node.parentElement.closest(".whys p, pre, .text") ? undefined : find(text);
    if (known !== undefined) node.data = node.data.replace(text, () => known);
    else english(node);
  }
  for (const element of document.querySelectorAll("[aria-label]")) {
    element.ariaLabel = find(element.ariaLabel) ?? element.ariaLabel;
  }
  for (const name of ["search", "none"]) document.body.dataset[name] = find(document.body.dataset[name]) ?? document.body.dataset[name];
  const [title] = document.title.split(" - ");
  document.title = document.title.replace(title, () => find(title) ?? title);
  root.lang = language;
  root.dir = direction;
}

function english(node) {
  const parent = node.parentElement;
  let marked = parent.closest("svg") ? parent : parent.closest("p, li, dd, dt, pre, h1, h2, h3, summary");
  if (!marked) {
    marked = document.createElement("span");
    // A space at the end stays outside, where it parts the texts in either direction.
    node.replaceWith(marked, /\s$/.test(node.data) ? " " : "");
    node.data = node.data.trimEnd();
    marked.append(node);
  }
  marked.setAttribute("lang", "en");
  marked.setAttribute("dir", "ltr");
}

links();
if (language !== made) {
  const words = document.createElement("script");
  words.src = `${site}words/${language}.js`;
  document.head.append(words);
}
search();
document.querySelectorAll("table").forEach(sortable);
