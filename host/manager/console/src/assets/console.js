// The page of the console. All words of a plugin's go into the page as text: nothing here makes markup of them.
"use strict";

const POLL = 1000; // milliseconds between two looks at the plugins
const EVENTS = 300; // lines that are kept
const find = (id) => document.getElementById(id);
const part = (root, name) => root.querySelector(`[data-is="${name}"]`);
const cards = new Map();

/** Sets a text, if it has changed: screen readers are told no more than that. */
function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

function make(name, text, properties = {}) {
  const element = Object.assign(document.createElement(name), properties);
  if (text !== undefined) element.textContent = text;
  return element;
}

/** Asks the server. What goes wrong is thrown as an error with its words. */
async function ask(method, path, body, type = "application/json") {
  const options = { method, headers: body === undefined ? {} : { "content-type": type }, body };
  const response = await fetch(path, options);
  const text = await response.text();
  let answer;
  try { answer = JSON.parse(text); } catch { answer = { kind: "request", error: text }; }
  if (response.ok) return answer;
  const error = new Error(`${answer.error} (${answer.kind})`);
  error.returned = answer.returned;
  throw error;
}

const of = (name) => `/api/plugins/${encodeURIComponent(name)}`;

/** Does something, says how it went, and looks at the plugins again. */
async function attempt(result, doing, work) {
  result.className = "result";
  say(result, `${doing}…`);
  try {
    const told = await work();
    say(result, typeof told === "string" ? told : `${doing}: done`);
  } catch (error) {
    result.className = "result bad";
    say(result, `${doing}: ${error.message}`);
  }
  await refresh();
}

// Plugins

function plot(title, values, unit) {
  const known = values.filter((value) => value !== null);
  const last = known.length ? known[known.length - 1] : null;
  const text = `${title}: ${last === null ? "none" : unit(last)}`;
  const figure = make("figure");
  const svg = document.createElementNS("http://www.w3.org/2000/svg", "svg");
  svg.setAttribute("viewBox", "0 0 120 40");
  svg.setAttribute("preserveAspectRatio", "none");
  svg.setAttribute("role", "img");
  svg.setAttribute("aria-label", `${text}, up to ${unit(Math.max(0, ...known))} in the last two minutes`);
  const most = Math.max(1e-9, ...known);
  const line = document.createElementNS("http://www.w3.org/2000/svg", "polyline");
  const place = (value, index) => `${120 - values.length + index + 1},${(39 - 37 * value / most).toFixed(1)}`;
  const points = values.map((value, index) => value === null ? null : place(value, index));
  line.setAttribute("points", points.filter((point) => point !== null).join(" "));
  svg.append(line);
  figure.append(make("figcaption", text), svg);
  return figure;
}

const bytes = (count) => count < 1 << 20 ? `${(count / 1024).toFixed(0)} KiB` : `${(count / 1048576).toFixed(1)} MiB`;
const micros = (count) => count < 1000 ? `${count} µs` : `${(count / 1000).toFixed(1)} ms`;

function drawPlots(card, samples) {
  const of = (name) => samples.map((sample) => sample[name]);
  part(card, "plots").replaceChildren(
    plot("Calls/s", of("calls"), String),
    plot("Latency", of("latency"), micros),
    plot("Memory", of("memory"), bytes),
    plot("Threads", of("threads"), String),
    plot("Denials/s", of("denials"), String),
  );
}

function newCard(name) {
  const card = find("plugin").content.firstElementChild.cloneNode(true);
  const result = part(card, "result");
  say(part(card, "name"), name);
  card.dataset.name = name;
  for (const button of card.querySelectorAll("[data-do]")) {
    const act = button.dataset.do;
    button.setAttribute("aria-label", `${button.textContent} ${name}`);
    button.addEventListener("click", () => attempt(result, button.textContent, () =>
      act === "remove" ? ask("DELETE", of(name)) : ask("POST", `${of(name)}/${act}`)).then(() => {
        if (!card.isConnected) find("plugins").focus();
      }));
  }
  const form = part(card, "call");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    const answer = part(card, "answer");
    answer.className = "";
    try {
      const call = { method: form.method_.value, args: JSON.parse(form.args.value) };
      say(answer, "…");
      const { result } = await ask("POST", `${of(name)}/call`, JSON.stringify(call));
      say(answer, JSON.stringify(result, null, 1));
    } catch (error) {
      answer.className = "bad";
      say(answer, error.returned === undefined ? error.message : `${error.message}: ${JSON.stringify(error.returned)}`);
    }
  });
  // `method` is the form's own word.
  form.method_ = form.querySelector("select");
  form.method_.addEventListener("change", () => say(part(card, "docs"), form.method_.selectedOptions[0]?.title ?? ""));
  return card;
}

function drawMethods(card, methods) {
  const key = JSON.stringify(methods);
  if (card.dataset.methods === key) return;
  card.dataset.methods = key;
  const select = part(card, "call").method_;
  const before = select.value;
  select.replaceChildren(...methods.map(({ path, signature, docs }) =>
    make("option", signature, { value: path, title: docs })));
  if (methods.some(({ path }) => path === before)) select.value = before;
  select.dispatchEvent(new Event("change"));
  card.querySelector(".calls").hidden = methods.length === 0;
}

function newGrant(card, name, version, title) {
  const form = find("grant").content.firstElementChild.cloneNode(true);
  const { hash, requests } = version;
  say(part(form, "legend"), title);
  const answers = requests.map((request) => {
    const item = make("li");
    const label = make("label");
    const box = make("input", undefined, { type: "checkbox", checked: request.allowed === true });
    box.disabled = !request.possible;
    label.append(box, ` ${request.item}`, request.optional ? " (works without)" : " (needed)");
    item.append(label, make("span", request.reason, { className: "reason" }));
    let folder = null;
    if (request["needs-folder"]) {
      const text = make("label", "Which folder of this machine: ");
      folder = make("input", undefined, { value: request.folder ?? "", placeholder: "/absolute/path" });
      text.append(folder);
      item.append(text);
    }
    part(form, "requests").append(item);
    return { box, folder };
  });
  const send = (doing, work) => attempt(part(card, "result"), doing, work);
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const body = { hash, answers: answers.map(({ box, folder }) =>
      folder && box.checked ? { allow: true, folder: folder.value } : { allow: box.checked }) };
    send("Grant", () => ask("PUT", `${of(name)}/grant`, JSON.stringify(body)));
  });
  form.querySelector('[data-do="all"]').addEventListener("click", () => {
    for (const { box } of answers) box.checked = !box.disabled;
  });
  form.querySelector('[data-do="take-back"]').addEventListener("click", () =>
    send("Take back", () => ask("DELETE", `${of(name)}/grant`)));
  return form;
}

/** Draws the requests anew only when something about them has changed: a person may be about to answer. */
function drawVersions(card, name, { current, next }) {
  const key = JSON.stringify([current, next]);
  if (card.dataset.versions === key) return;
  card.dataset.versions = key;
  const forms = [];
  if (current.requests.length) forms.push(newGrant(card, name, current, `What ${name} asks for`));
  if (next) forms.push(newGrant(card, name, next, `What the next version ${next.version ?? ""} asks for`));
  part(card, "versions").replaceChildren(...forms);
}

function draw(plugin) {
  const { name, health, current, status, samples } = plugin;
  let card = cards.get(name);
  if (!card) {
    card = newCard(name);
    cards.set(name, card);
    find("list").append(card);
  }
  say(part(card, "version"), current.version ?? "");
  const badge = part(card, "health");
  badge.className = `health ${health}`;
  say(badge, health === "waiting" ? "waits for a grant" : health);
  say(part(card, "description"), current.description ?? "");
  const stopped = plugin.problem ? `not running: ${plugin.problem}` : "not running";
  const since = status ? `since ${new Date(status.since).toLocaleTimeString()}` : stopped;
  say(part(card, "since"), status ? `${since}, restarted ${status.restarts} times, reloaded ${status.reloads} times` : since);
  card.querySelector('[data-do="reload"]').textContent = status ? "Reload" : "Start";
  card.querySelector('[data-do="reload"]').setAttribute("aria-label", `${status ? "Reload" : "Start"} ${name}`);
  card.querySelector('[data-do="stop"]').disabled = !status;
  drawPlots(card, samples);
  drawMethods(card, plugin.methods);
  drawVersions(card, name, plugin);
  const errors = status?.errors ?? [];
  card.querySelector(".errors").hidden = errors.length === 0;
  const lines = errors.map(({ at, error }) => make("li", `${new Date(at).toLocaleTimeString()} ${error}`));
  if (part(card, "errors").childElementCount !== lines.length || errors.length === 16) {
    part(card, "errors").replaceChildren(...lines);
  }
}

async function refresh() {
  try {
    const { plugins } = await ask("GET", "/api/plugins");
    const names = new Set(plugins.map(({ name }) => name));
    for (const [name, card] of cards) {
      if (!names.has(name)) {
        card.remove();
        cards.delete(name);
      }
    }
    plugins.forEach(draw);
    find("none").hidden = plugins.length > 0;
    say(find("connection"), "connected");
  } catch (error) {
    say(find("connection"), `not connected: ${error.message}`);
  }
}

// The fleet

/** A row for each plugin of each host, one for a plugin that no host has, and one for a host without plugins. */
function fleetRows({ plugins, hosts }) {
  const rows = hosts.flatMap(({ host, plugins }) => plugins.length
    ? plugins.map((it) => [it.plugin, host, it.version, it.state, it.running, it.problem ?? ""])
    : [["", host, "", "idle", "", ""]]);
  for (const { plugin, release, bad } of plugins) {
    const problem = release.problem ?? bad ?? "";
    if (problem || !rows.some(([name]) => name === plugin)) {
      rows.push([plugin, "", release.version ?? "", problem ? "refused" : "nowhere", "", problem]);
    }
  }
  return rows.sort((one, other) => `${one}` < `${other}` ? -1 : 1);
}

async function refreshFleet() {
  try {
    const { fleet } = await ask("GET", "/api/fleet");
    find("fleet").hidden = fleet === null;
    if (fleet === null) return false;
    const rows = fleetRows(fleet);
    const key = JSON.stringify(rows);
    if (find("fleet-rows").dataset.rows !== key) {
      find("fleet-rows").dataset.rows = key;
      find("fleet-rows").replaceChildren(...rows.map((row) => {
        const line = make("tr");
        line.append(...row.map((cell) => make("td", `${cell}`)));
        return line;
      }));
    }
    say(find("fleet-result"), "");
  } catch (error) {
    say(find("fleet-result"), error.message);
  }
  return true;
}

// Installing

async function install(module, signatures) {
  const result = find("install-result");
  await attempt(result, `Install ${module.name}`, async () => {
    const query = new URLSearchParams();
    if (find("name").value) query.set("name", find("name").value);
    if (find("config").value) query.set("config", find("config").value);
    const texts = await Promise.all(signatures.map((file) => file.text()));
    if (texts.length) query.set("signatures", texts.join("\n"));
    const { name } = await ask("POST", `/api/plugins?${query}`, module, "application/wasm");
    find("install-form").reset();
    return `${name} is installed`;
  });
}

/** Installs modules, each with the signatures that came along: `words.wasm.minisig`, `words.wasm.KEY.minisig`. */
async function installAll(files) {
  const isSignature = ({ name }) => name.endsWith(".minisig");
  const modules = files.filter((file) => !isSignature(file));
  if (!modules.length) say(find("install-result"), files.length ? "Choose the module as well." : "Choose a module first.");
  for (const module of modules) {
    await install(module, files.filter((file) => isSignature(file) && file.name.startsWith(`${module.name}.`)));
  }
}

find("install-form").addEventListener("submit", (event) => {
  event.preventDefault();
  installAll([...find("file").files]);
});
for (const name of ["dragenter", "dragover"]) {
  addEventListener(name, (event) => {
    event.preventDefault();
    document.body.classList.add("dropping");
  });
}
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) document.body.classList.remove("dropping");
});
addEventListener("drop", (event) => {
  event.preventDefault();
  document.body.classList.remove("dropping");
  installAll([...event.dataTransfer.files]);
});

// Events

const log = find("events");

function add(at, text, bad) {
  const isAtEnd = log.scrollTop + log.clientHeight >= log.scrollHeight - 20;
  const item = make("li", undefined, { className: bad ? "bad" : "" });
  item.append(make("time", new Date(at).toLocaleTimeString()), ` ${text}`);
  log.append(item);
  while (log.childElementCount > EVENTS) log.firstElementChild.remove();
  if (isAtEnd) log.scrollTop = log.scrollHeight;
}

const events = new EventSource("/api/events");
events.addEventListener("open", () => log.replaceChildren());
events.addEventListener("message", ({ data }) => {
  const { at, plugin, kind, text } = JSON.parse(data);
  add(at, `${plugin} ${kind === "event" ? "" : `${kind}: `}${text}`, kind === "stderr");
});
events.addEventListener("lost", ({ data }) => add(Date.now(), `${data} lines were lost`, true));

async function poll() {
  if (!document.hidden) await refresh();
  setTimeout(poll, POLL);
}
poll();

/** Most consoles have no fleet: then nobody asks again. */
async function pollFleet() {
  if (document.hidden || await refreshFleet()) setTimeout(pollFleet, 3 * POLL);
}
pollFleet();
