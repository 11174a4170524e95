/** Light or dark: the system's until the reader chooses. */
const theme = (name) => { document.documentElement.dataset.theme = name; };
const dark = matchMedia("(prefers-color-scheme: dark)");
const remembered = () => { try { return localStorage.getItem("theme"); } catch { return null; } };
theme(remembered() ?? (dark.matches ? "dark" : "light"));
dark.addEventListener("change", () => { if (!remembered()) theme(dark.matches ? "dark" : "light"); });
by("theme").addEventListener("click", () => {
  const name = document.documentElement.dataset.theme === "dark" ? "light" : "dark";
  theme(name);
  try { localStorage.setItem("theme", name); } catch { /* a browser may keep nothing for pages on disk */ }
});
for (const button of document.querySelectorAll(".save")) {
  const figure = button.closest("figure");
  button.addEventListener("click", () => saveChart(figure.querySelector("svg"), figure.querySelector("figcaption").textContent));
}
