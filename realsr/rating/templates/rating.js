/** One rater's way through the trials. What is shown comes from the server as names that tell nothing. */
const stage = by("stage"), answers = [...by("answers").children];
const at = { rater: "", view: null, since: 0, busy: true, z: 1, x: 0, y: 0 };
const SOONEST = 250;

const say = (text) => { by("said").textContent = text; };
const only = (id) => { for (const part of ["start", "trial", "done"]) by(part).hidden = part !== id; };

const ask = async (what, data) => {
  let reply;
  try {
    reply = await fetch(what, { method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify({ rater: at.rater, ...data }) });
  } catch {
    throw new Error("The server does not answer. What you answered before is saved; if it was ended, start it again, open its new address and give the same name.");
  }
  if (!reply.ok) throw new Error((await reply.text()).trim());
  return reply.json();
};

/** The largest whole multiple of the pictures that fits, so that pixels stay what they are; or the largest that fits. */
const fit = () => {
  const panes = [...stage.children];
  if (at.view === null || !panes.length) return;
  const columns = getComputedStyle(stage).gridTemplateColumns.split(" ").length;
  const rows = Math.ceil(panes.length / columns), gap = 12;
  const width = (stage.clientWidth - gap * (columns - 1)) / columns;
  const height = Math.max(160, (innerHeight - stage.getBoundingClientRect().top - scrollY - by("answers").offsetHeight - 60) / rows - gap);
  for (const image of stage.querySelectorAll("img")) {
    if (!image.naturalWidth) continue;
    const room = Math.min(width / image.naturalWidth, height / image.naturalHeight);
    const times = room >= 1 ? Math.floor(room) : room;
    image.width = Math.round(image.naturalWidth * times);
    image.height = Math.round(image.naturalHeight * times);
  }
};

const move = () => {
  const room = 50 * (at.z - 1);
  at.x = Math.max(-room, Math.min(room, at.x));
  at.y = Math.max(-room, Math.min(room, at.y));
  for (const key of ["x", "y", "z"]) stage.style.setProperty(`--${key}`, at[key]);
  stage.dataset.near = at.z > 1;
  by("zoom").value = `${at.z < 10 ? at.z.toFixed(1).replace(".0", "") : Math.round(at.z)}×`;
};
const enlarge = (factor, across = 0, down = 0) => {
  const before = at.z;
  at.z = Math.max(1, Math.min(16, at.z * factor));
  at.x = across - (across - at.x) * (at.z / before);
  at.y = down - (down - at.y) * (at.z / before);
  move();
};
const reset = () => { Object.assign(at, { x: 0, y: 0, z: 1 }); move(); };
const shift = (x, y) => { at.x += x * at.z; at.y += y * at.z; move(); };

const ready = (flag) => {
  at.busy = !flag;
  for (const button of answers) button.disabled = !flag;
  by("back").disabled = !flag || at.view.trial === 0;
};

const show = async (view) => {
  at.view = view;
  if (view.trial === view.total) {
    by("count").textContent = `All ${view.total} answers are saved.`;
    only("done");
    at.busy = false;
    return;
  }
  only("trial");
  ready(false);
  reset();
  by("place").value = `${view.trial + 1} of ${view.total}`;
  by("share").value = view.trial / view.total;
  for (const button of answers) button.setAttribute("aria-pressed", button.dataset.answer === view.answer);
  const images = view.pictures.map((name, side) => element("img", { src: `picture/${name}`, draggable: "false",
    alt: view.pictures.length === 1 ? "the picture to rate" : side ? "the right picture" : "the left picture" }));
  stage.replaceChildren(...images.map((image) => element("div", { class: "window" }, image)));
  try {
    await Promise.all(images.map((image) => image.decode()));
  } catch {
    if (at.view === view) say("A picture cannot be shown. Reload the page to try again.");
    return;
  }
  if (at.view !== view) return;
  fit();
  at.since = performance.now();
  ready(true);
  for (const name of view.next) new Image().src = `picture/${name}`;
};

/** One request at a time; where it fails, what was on the page stays, to be tried again. */
const request = async (what, data) => {
  if (at.busy) return;
  at.busy = true;
  say("");
  try {
    await show(await ask(what, data));
  } catch (error) {
    say(error.message);
    if (at.view) ready(true);
    at.busy = false;
  }
};
const answer = (value) => {
  const ms = Math.round(performance.now() - at.since);
  if (at.view && !by("trial").hidden && ms >= SOONEST) request("answer", { trial: at.view.trial, answer: value, ms });
};
const back = () => { if (at.view && at.view.trial > 0) request("show", { trial: at.view.trial - 1 }); };

const given = { ArrowLeft: "left", ArrowDown: "same", ArrowRight: "right" };
const keys = { "+": () => enlarge(1.5), "=": () => enlarge(1.5), "-": () => enlarge(1 / 1.5), 0: reset, Backspace: back };
const shifts = { ArrowLeft: [6, 0], ArrowRight: [-6, 0], ArrowUp: [0, 6], ArrowDown: [0, -6] };
addEventListener("keydown", (event) => {
  if (event.ctrlKey || event.metaKey || event.altKey || event.target.tagName === "INPUT" || !by("start").hidden) return;
  const step = event.shiftKey && shifts[event.key];
  const named = answers.find((button) => button.dataset.answer === (given[event.key] ?? event.key));
  const act = step ? () => shift(...step) : keys[event.key] ?? (named && (() => { if (!event.repeat) answer(named.dataset.answer); }));
  if (act) { event.preventDefault(); act(); }
});
by("answers").addEventListener("click", (event) => {
  const button = event.target.closest("button");
  if (button) answer(button.dataset.answer);
});
by("back").addEventListener("click", back);
by("again").addEventListener("click", back);
by("in").addEventListener("click", () => enlarge(1.5));
by("out").addEventListener("click", () => enlarge(1 / 1.5));
by("reset").addEventListener("click", reset);
stage.addEventListener("wheel", (event) => {
  const box = event.target.closest(".window")?.getBoundingClientRect();
  if (!box) return;
  event.preventDefault();
  enlarge(Math.exp(-event.deltaY / 400), ((event.clientX - box.left) / box.width - 0.5) * 100, ((event.clientY - box.top) / box.height - 0.5) * 100);
}, { passive: false });
stage.addEventListener("pointerdown", (event) => {
  const box = event.target.closest(".window")?.getBoundingClientRect();
  if (!box || at.z === 1) return;
  stage.setPointerCapture(event.pointerId);
  const drag = (moved) => { at.x += (moved.movementX / box.width) * 100; at.y += (moved.movementY / box.height) * 100; move(); };
  stage.addEventListener("pointermove", drag);
  for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, () => stage.removeEventListener("pointermove", drag), { once: true });
});
addEventListener("resize", fit);

by("rater").value = decodeURIComponent(location.hash.slice(1));
by(by("rater").value ? "begin" : "rater").focus();
by("who").addEventListener("submit", (event) => {
  event.preventDefault();
  at.rater = by("rater").value.trim();
  history.replaceState(null, "", `#${encodeURIComponent(at.rater)}`);
  at.busy = false;
  request("begin", {});
});
