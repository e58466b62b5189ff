// What every page does: colours, copying, the outline, search. The menus are
// HTML's own popovers and need nothing from here.

"use strict";

const ROOT = document.documentElement.dataset.content_root;
const all = (selector) => [...document.querySelectorAll(selector)];

// ------------------------------------------------------------------ Colours

const MODES = {
  auto: "as the system has them",
  light: "light",
  dark: "dark",
};
const darkSystem = matchMedia("(prefers-color-scheme: dark)");

function setMode(mode) {
  const system = darkSystem.matches ? "dark" : "light";
  document.documentElement.dataset.mode = mode;
  document.documentElement.dataset.theme = mode === "auto" ? system : mode;
  localStorage.setItem("mode", mode);
  const button = document.querySelector(".theme");
  button.setAttribute("aria-label", `Colours: ${MODES[mode]}`);
  button.hidden = false;
}

function nextMode() {
  const modes = Object.keys(MODES);
  const mode = document.documentElement.dataset.mode;
  setMode(modes[(modes.indexOf(mode) + 1) % modes.length]);
}

setMode(document.documentElement.dataset.mode);
darkSystem.onchange = () => setMode(document.documentElement.dataset.mode);
document.querySelector(".theme").onclick = nextMode;

// Paper is white.
addEventListener("beforeprint", () => {
  document.documentElement.dataset.theme = "light";
});
addEventListener("afterprint", () => {
  setMode(document.documentElement.dataset.mode);
});

// ------------------------------------------------------------------ Copying

const COPY = "M9 3h11v13h-2V5H9zM4 7h11v14H4zm2 2v10h7V9z";

function addCopyButton(code) {
  const button = document.createElement("button");
  button.type = "button";
  button.className = "copy";
  button.title = "Copy";
  button.setAttribute("aria-label", "Copy the code");
  button.innerHTML =
    '<svg class="icon" viewBox="0 0 24 24" width="18" height="18" ' +
    `aria-hidden="true"><path d="${COPY}"/></svg>`;
  button.onclick = async () => {
    await navigator.clipboard.writeText(code.textContent.trimEnd() + "\n");
    button.classList.add("copied");
    button.title = "Copied";
    setTimeout(() => button.classList.remove("copied"), 1500);
  };
  code.parentElement.append(button);
}

const CODE = ".cell_input pre, [class*=highlight-]:not(.output) > div > pre";
if (navigator.clipboard) all(CODE).forEach(addCopyButton);

// --------------------------------------- Code wider than the page, by keyboard

const widths = new ResizeObserver((entries) => {
  for (const { target } of entries) {
    if (target.scrollWidth > target.clientWidth) target.tabIndex = 0;
    else target.removeAttribute("tabindex");
  }
});

const watchWidths = (root) =>
  root
    .querySelectorAll("pre, .table-box, div.math")
    .forEach((box) => widths.observe(box));

watchWidths(document.getElementById("main"));
document.addEventListener("live-output", ({ target }) => watchWidths(target));

// -------------------------------------------------------------- The outline

const outline = new Map(
  all("#contents a").map((link) => [link.hash.slice(1), link]),
);

const seen = new IntersectionObserver(
  (entries) => {
    const entry = entries.filter((e) => e.isIntersecting).pop();
    if (!entry) return;
    for (const link of outline.values()) link.removeAttribute("aria-current");
    outline.get(entry.target.id).setAttribute("aria-current", "true");
  },
  { rootMargin: "-10% 0px -80% 0px" },
);
for (const id of outline.keys()) {
  const section = document.getElementById(id);
  if (section) seen.observe(section);
}

all("#contents a").forEach((link) =>
  link.addEventListener("click", () => {
    const menu = document.getElementById("contents");
    if (menu.matches(":popover-open")) menu.hidePopover();
  }),
);
document
  .querySelector("#chapters .current > a")
  ?.scrollIntoView({ block: "nearest" });

// ------------------------------------------------------------------- Search

addEventListener("keydown", (event) => {
  if (event.key !== "k" || !(event.ctrlKey || event.metaKey)) return;
  event.preventDefault();
  document.querySelector("a.search").click();
});

const field = document.getElementById("query");
if (field) startSearching();

// Sphinx's search, without its page: what it expects of its other scripts.
async function startSearching() {
  Object.assign(window, {
    _: (text) => text,
    _ready: () => {},
    DOCUMENTATION_OPTIONS: {},
    SPHINX_HIGHLIGHT_ENABLED: false,
  });
  field.value = new URLSearchParams(location.search).get("q") ?? "";
  field.focus();
  for (const file of ["_static/language_data", "_static/searchtools", "searchindex"])
    await load(`${ROOT}${file}.js`);
  field.addEventListener("input", find);
  field.form.addEventListener("submit", (event) => event.preventDefault());
  find();
}

function load(address) {
  const script = document.createElement("script");
  script.src = address;
  document.head.append(script);
  return new Promise((resolve) => (script.onload = resolve));
}

function find() {
  const box = document.getElementById("search-results");
  const words = field.value.trim();
  if (location.protocol !== "file:")
    history.replaceState(null, "", words ? `?q=${encodeURIComponent(words)}` : "?");
  if (!words) return box.replaceChildren();
  const found = Search._performSearch(...Search._parseQuery(words)).reverse();
  const status = document.createElement("p");
  status.setAttribute("role", "status");
  status.textContent = found.length ? `Found: ${found.length}` : "Nothing found";
  const list = document.createElement("ol");
  list.append(...found.map(resultLine));
  box.replaceChildren(status, list);
}

function resultLine([page, title, anchor, description]) {
  const line = document.createElement("li");
  const link = document.createElement("a");
  link.href = `${ROOT}${page}.html${anchor}`;
  link.innerHTML = title; // as Sphinx has put it into the index
  if (anchor.startsWith("#term-"))
    link.append(`: ${anchor.slice("#term-".length).replaceAll("-", " ")}`);
  line.append(link, description ? ` ${description}` : "");
  return line;
}
