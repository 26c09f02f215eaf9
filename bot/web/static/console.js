// Makes the pages live. Everything here only hastens what the plain forms and links do by themselves.
"use strict";

const main = document.getElementById("main");
const lines = document.getElementById("lines");
const state = document.getElementById("state");
const talk = document.getElementById("say");

// A link that an administrator sent: the code stands behind the #, which is never sent anywhere by itself.
const code = document.getElementById("code");
function fillIn() {
  if (!code || location.hash.length < 2 || location.hash === "#main") return;
  code.value = decodeURIComponent(location.hash.slice(1)).slice(0, 64);
  history.replaceState(null, "", location.pathname);
}
window.addEventListener("hashchange", fillIn);
fillIn();

function fresh() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
}

function say(text) {
  if (!state) return;
  state.textContent = text;
  state.hidden = !text;
  if (text) state.scrollIntoView({ block: "end" });
}

function atEnd() {
  return window.innerHeight + window.scrollY >= document.body.scrollHeight - 160;
}

function toEnd() {
  window.scrollTo(0, document.body.scrollHeight);
}

// ---- live lines -----------------------------------------------------------------------------------------------

let seq = main ? Number(main.dataset.seq || 0) : 0;
let source = null;

function put(told) {
  const template = document.createElement("template");
  template.innerHTML = told.html.trim();
  const fresh = template.content.firstElementChild;
  const old = document.getElementById(fresh.id);
  const follow = atEnd() || told.kind === "said";
  if (old && old.contains(document.activeElement) && document.activeElement.matches("input, textarea")) {
    if (document.activeElement.value && fresh.querySelector("[name=words]")) return; // somebody is writing in it
  }
  const open = old && old.querySelector("details.sources[open]");
  if (open && fresh.querySelector("details.sources")) fresh.querySelector("details.sources").open = true;
  if (old) old.replaceWith(fresh);
  else lines.append(fresh);
  const empty = document.getElementById("empty");
  if (empty) empty.remove();
  if (follow) toEnd();
}

function listen() {
  if (source || !lines || main.dataset.live !== "1") return;
  source = new EventSource(`/events?after=${seq}`);
  source.addEventListener("open", () => say(""));
  source.addEventListener("line", (event) => {
    seq = Number(event.lastEventId);
    put(JSON.parse(event.data));
  });
  source.addEventListener("over", () => location.assign("/login"));
  source.addEventListener("error", () => {
    if (source && source.readyState === EventSource.CLOSED) {
      source = null;
      setTimeout(listen, 5000);
    }
    say(main.dataset.lost);
  });
}

// A browser keeps few connections to one host: a page that nobody looks at gives its own back.
function rest() {
  if (source) source.close();
  source = null;
}
document.addEventListener("visibilitychange", () => (document.hidden ? rest() : listen()));
window.addEventListener("pagehide", rest);
window.addEventListener("pageshow", listen);

// ---- forms ----------------------------------------------------------------------------------------------------

async function send(form, button) {
  const data = new FormData(form, button);
  const buttons = form.querySelectorAll("button");
  for (const one of buttons) one.disabled = true;
  try {
    const answer = await fetch(form.action, { method: "POST", body: data, headers: { "X-Console": "1" } });
    if (answer.status === 401) return location.assign("/login");
    if (!answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      const alert = page.querySelector("[role=alert]");
      return say(alert ? alert.textContent : main.dataset.failed);
    }
    form.elements.once.value = fresh();
    const told = await answer.json();
    say(told.says || "");
    if (form.matches(".rate form")) button.setAttribute("aria-pressed", "true");
    if (form === talk) {
      form.reset();
      form.elements.once.value = fresh();
      document.getElementById("chosen").textContent = "";
      grow();
    }
  } catch {
    say(main.dataset.failed); // the form keeps its key: sent again it is the same message
  } finally {
    for (const one of buttons) one.disabled = false;
  }
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (!lines || !form.matches("[data-send], [data-press]")) return;
  event.preventDefault();
  if (form === talk && !form.elements.text.value.trim() && !form.elements.file.files.length) return;
  send(form, event.submitter);
});

if (talk) {
  const text = talk.elements.text;
  text.addEventListener("keydown", (event) => {
    // isComposing and 229: Enter that ends a Chinese word being composed sends nothing
    if (event.key !== "Enter" || event.shiftKey || event.isComposing || event.keyCode === 229) return;
    event.preventDefault();
    talk.requestSubmit();
  });
  text.addEventListener("input", grow);
  talk.elements.file.addEventListener("change", () => {
    const files = Array.from(talk.elements.file.files, (file) => file.name);
    const out = document.getElementById("chosen");
    out.textContent = files.length ? `${files.length} ${out.dataset.word}: ${files.join(", ")}` : "";
  });
}

function grow() {
  const text = talk.elements.text;
  text.style.height = "auto";
  text.style.height = `${text.scrollHeight + 2}px`;
}

// ---- sources --------------------------------------------------------------------------------------------------

document.addEventListener("click", async (event) => {
  const link = event.target.closest("a[data-source]");
  if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
  event.preventDefault();
  const line = link.closest(".line");
  const list = line.querySelector("details.sources");
  const item = Array.from(list.querySelectorAll("li a")).find((one) => one.pathname === link.pathname).closest("li");
  list.open = true;
  const shown = item.querySelector(".opened");
  if (shown) return link.closest("li") ? shown.remove() : shown.focus();
  const answer = await fetch(link.href, { headers: { "X-Console": "1" } });
  if (!answer.ok) return location.assign(link.href);
  const template = document.createElement("template");
  template.innerHTML = (await answer.text()).trim();
  item.append(template.content);
  item.querySelector(".opened").focus();
});

if (lines) {
  toEnd();
  listen();
}
