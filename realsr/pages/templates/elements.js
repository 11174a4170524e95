const by = (id) => document.getElementById(id);

/** An element; attributes by name, functions as listeners, the rest as children (text stays text). */
const element = (name, attributes = {}, ...children) => {
  const node = name.includes(":")
    ? document.createElementNS("http://www.w3.org/2000/svg", name.slice(4))
    : document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (typeof value === "function") node.addEventListener(key, value);
    else if (value !== null && value !== undefined && value !== false) node.setAttribute(key, value);
  }
  node.append(...children.filter((child) => child !== null && child !== undefined));
  return node;
};

const shown = (value, places, sign = false) => {
  if (value === null || value === undefined) return "–";
  const text = Math.abs(value).toFixed(places);
  return (value < 0 && Number(text) !== 0 ? "−" : sign ? "+" : "") + text;
};
const interval = (found, places) =>
  found && found.low !== null ? `[${shown(found.low, places)}, ${shown(found.high, places)}]` : "";

/** One of several choices: arrows move, the chosen tab alone is in the tab order. */
const tabs = (list, chosen) => {
  const all = [...list.children];
  const choose = (tab, focus) => {
    for (const other of all) {
      other.setAttribute("aria-selected", other === tab);
      other.tabIndex = other === tab ? 0 : -1;
    }
    if (focus) tab.focus();
    chosen(tab.dataset.value);
  };
  list.addEventListener("click", (event) => {
    const tab = event.target.closest("[role=tab]");
    if (tab) choose(tab, false);
  });
  list.addEventListener("keydown", (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    event.stopPropagation();
    choose(all[(all.indexOf(document.activeElement) + step + all.length) % all.length], true);
  });
  return (value) => choose(all.find((tab) => tab.dataset.value === value), false);
};

const copy = async (text, button) => {
  try {
    await navigator.clipboard.writeText(text);
    button.textContent = "Copied";
  } catch {
    getSelection().selectAllChildren(button.previousSibling);
    button.textContent = "Selected";
  }
  setTimeout(() => { button.textContent = "Copy"; }, 1500);
};

const command = (text) => {
  if (!text) return null;
  const button = element("button", { type: "button", click: () => copy(text, button) }, "Copy");
  return element("div", { class: "command" }, element("code", {}, text), button);
};

/** Saves a chart with the colours it has now; a file of its own knows nothing of the page's styles. */
const saveChart = (chart, name) => {
  const clone = chart.cloneNode(true);
  const marks = chart.querySelectorAll("*");
  clone.querySelectorAll("*").forEach((mark, index) => {
    const style = getComputedStyle(marks[index]);
    for (const key of ["fill", "stroke", "stroke-width", "stroke-dasharray", "opacity", "font-size", "font-family"]) {
      mark.style.setProperty(key, style.getPropertyValue(key));
    }
  });
  clone.setAttribute("xmlns", "http://www.w3.org/2000/svg");
  const file = new Blob([clone.outerHTML], { type: "image/svg+xml" });
  const link = element("a", { href: URL.createObjectURL(file), download: `${name}.svg` });
  link.click();
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
};
