// Saves a part of the draft while it is written. Without this file the Save button does it.
//
// One request is on its way at a time. What was sent without an answer is sent along with the next
// one, so that the server knows the page's own words again. Nothing is kept in the browser: what
// is not on the server yet stands in the form, and the page says so.
const form = document.querySelector("form[data-autosave]");
const place = document.getElementById("autosave");

const PAUSE = 1500;
const LONGEST_PAUSE = 10000;
const PATIENCE = 20000;
const WAITS = [1000, 2000, 4000, 8000, 16000];
// Browsers let a page that is closing send this much.
const LAST_WORDS = 60000;
const MOST_OFFERS = 8;
const CARRIED = new Set(["csrfmiddlewaretoken", "version", "opened", "offered", "key", "sort"]);

const words = (name, facts = {}) =>
  Object.entries(facts).reduce((text, [key, value]) => text.replace(`%(${key})s`, () => value), place.dataset[name]);
const part = (name) => place.querySelector(`[data-${name}]`);
const input = (name) => form.querySelector(`input[name="${name}"]`);

let safe;
let offers = [];
let busy = null;
let again = false;
let tries = 0;
let timer = 0;
let changedAt = 0;
let paused = "";
let leaving = false;
let lastState = "";
let lastTold = "";
let lastSaved = "";
let problems = {};

// What the form says

const read = () => {
  const said = {};
  for (const [name, value] of new FormData(form)) {
    if (!CARRIED.has(name)) (said[name] ??= []).push(value);
  }
  return said;
};

const print = (said) => JSON.stringify(Object.keys(said).sort().map((name) => [name, said[name]]));
const unsaved = () => print(read()) !== safe;

const controls = (name) => {
  const found = form.elements.namedItem(name);
  if (!found) return [];
  return found instanceof RadioNodeList ? [...found] : [found];
};

// What a person sees of a control: a prose text may stand in an editor of its own.
const visible = (control) => control.prose?.frame ?? control;
const heard = (control) => control.prose?.editor.view.dom ?? control;
const isAt = (control) => visible(control).contains(document.activeElement);

const isTick = (control) => control.type === "checkbox" || control.type === "radio";

// Show what somebody else wrote, unless the person is at it or has changed it themselves.
const show = (boxes, sent, prose) => {
  const now = read();
  const all = Object.entries(boxes).map(([name, values]) => [name, values, controls(name)]);
  for (const [name, , found] of all) {
    if (!found.length || found.some(isAt)) return false;
    if (JSON.stringify(now[name] ?? []) !== JSON.stringify(sent[name] ?? [])) return false;
  }
  for (const [, values, found] of all) {
    for (const control of found) {
      if (control instanceof HTMLSelectElement && ![...control.options].some((one) => one.value === (values[0] ?? ""))) return false;
    }
  }
  for (const [name, values, found] of all) {
    for (const control of found) {
      if (isTick(control)) control.checked = values.includes(control.value);
      else control.value = values[0] ?? "";
      control.prose?.take(prose ?? "");
    }
    const after = read()[name];
    if (after) sent[name] = after;
    else delete sent[name];
  }
  return true;
};

// What the page says

const say = (state, text) => {
  place.dataset.state = state;
  part("words").textContent = text;
  // Heard once when it changes, not at every pause of somebody who writes.
  if (state !== lastState && state !== "busy" && state !== "typing") {
    part("announced").textContent = text;
    lastState = state;
  }
};

const tell = (text) => {
  if (!text || text === lastTold) return;
  lastTold = text;
  part("told").textContent = text;
  part("told").hidden = false;
};

const offerRemedies = (signIn) => {
  part("remedies").hidden = !paused;
  part("sign-in").hidden = !signIn;
};

const setAside = (aside) => {
  const box = part("aside");
  box.hidden = !aside;
  if (!aside) return;
  if (part("aside-words").textContent !== aside.words) part("aside-words").textContent = aside.words;
  part("aside-words").hidden = !aside.words;
  part("aside-link").textContent = aside.label;
  part("aside-link").href = aside.url;
};

const errorOf = (name) => document.getElementById(`id_${name}_error`);

const unmark = (name) => {
  const error = errorOf(name);
  if (!error) return;
  error.closest(".field")?.classList.remove("field--error");
  error.remove();
  for (const control of controls(name).map(heard)) {
    control.removeAttribute("aria-invalid");
    const others = (control.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== `id_${name}_error`);
    if (others.length) control.setAttribute("aria-describedby", others.join(" "));
    else control.removeAttribute("aria-describedby");
  }
};

const mark = (name, sentences) => {
  const [first] = controls(name);
  const field = first?.closest(".field");
  // Nobody is corrected in the middle of a word.
  if (!field || field.contains(document.activeElement)) return;
  unmark(name);
  const error = document.createElement("div");
  error.id = `id_${name}_error`;
  for (const sentence of sentences) {
    const one = part("error").content.cloneNode(true);
    one.querySelector("[data-sentence]").textContent = sentence;
    error.append(one);
  }
  if (isTick(first)) field.insertBefore(error, field.querySelector(".choices"));
  else visible(first).before(error);
  field.classList.add("field--error");
  for (const control of controls(name).map(heard)) {
    if (!isTick(control)) control.setAttribute("aria-invalid", "true");
    control.setAttribute("aria-describedby", `${control.getAttribute("aria-describedby") ?? ""} ${error.id}`.trim());
  }
};

const setProblems = (found) => {
  for (const error of form.querySelectorAll("[id^='id_'][id$='_error']")) {
    const name = error.id.slice(3, -6);
    if (!found[name]) unmark(name);
  }
  problems = found;
  for (const [name, sentences] of Object.entries(problems)) mark(name, sentences);
  if (!Object.keys(problems).length) document.querySelector(".error-summary")?.remove();
};

// Sending

const schedule = (wait) => {
  clearTimeout(timer);
  timer = setTimeout(save, wait);
};

const pause = (why, text, { signIn = false, how = "paused" } = {}) => {
  paused = why;
  clearTimeout(timer);
  say("paused", words(how, { reason: text }));
  offerRemedies(signIn);
  return false;
};

const later = (reason) => {
  if (tries >= WAITS.length) return pause("network", reason, { how: "stopped" });
  say("again", words("again", { reason, number: tries + 1, most: WAITS.length }));
  schedule(WAITS[tries]);
  tries += 1;
  return false;
};

const accept = (answer, sent) => {
  tries = 0;
  paused = "";
  offers = [];
  offerRemedies(false);
  if (answer.opened) {
    const before = JSON.parse(input("opened").value || "{}");
    const opened = answer.opened;
    for (const [name, boxes] of Object.entries(answer.theirs)) {
      if (show(boxes, sent, (answer.shown ?? {})[name])) continue;
      // What the page does not show was not seen: the next saving has to ask again.
      if (name in before) opened[name] = before[name];
      else delete opened[name];
    }
    input("opened").value = JSON.stringify(opened);
    input("version").value = answer.version;
    tell(answer.told);
  }
  if (answer.address) {
    form.setAttribute("action", answer.address);
    history.replaceState(null, "", answer.address);
  }
  safe = print(sent);
  setProblems(answer.problems ?? {});
  setAside(answer.aside);
  lastSaved = answer.words;
  say(answer.state, answer.words);
  return true;
};

const sentenceIn = async (response) => {
  const page = new DOMParser().parseFromString(await response.text(), "text/html");
  const text = (selector) => page.querySelector(selector)?.textContent.trim() ?? "";
  return { ended: text("main .lead"), refused: text("main p") };
};

const patience = () => {
  const control = new AbortController();
  const clock = setTimeout(() => control.abort(), PATIENCE);
  return { signal: control.signal, done: () => clearTimeout(clock) };
};

// Signing in changes the token: ask for the present one. "" while nobody is signed in.
const freshToken = async () => {
  const limit = patience();
  try {
    const response = await fetch(form.dataset.tokenFrom, { redirect: "manual", signal: limit.signal, headers: { Accept: "application/json" } });
    return response.ok ? (await response.json()).token : "";
  } finally {
    limit.done();
  }
};

const post = async (body, last) => {
  const limit = patience();
  try {
    return await fetch(form.getAttribute("action"), { method: "POST", body, redirect: "manual", signal: limit.signal, keepalive: last, headers: { Accept: "application/json" } });
  } finally {
    limit.done();
  }
};

// Send the form as it stands. True once the server has it, in the draft or put aside.
const send = async ({ last = false, fresh = false } = {}) => {
  const sent = read();
  const body = new FormData(form);
  body.set("autosave", "yes");
  body.set("author", form.dataset.author);
  body.set("offered", JSON.stringify(offers));
  const offer = JSON.stringify(sent);
  if (!offers.some((one) => JSON.stringify(one) === offer)) offers = [...offers, sent].slice(-MOST_OFFERS);
  if (!last) say("busy", words("saving"));
  let response;
  try {
    const size = last ? new Blob([...body].flat()).size : Infinity;
    response = await post(body, size < LAST_WORDS);
  } catch (error) {
    return later(words(error.name === "AbortError" ? "slow" : "offline"));
  }
  const json = response.headers.get("Content-Type")?.startsWith("application/json");
  try {
    if (response.ok && json) return accept(await response.json(), structuredClone(sent));
    if (response.status === 409 && json) {
      const answer = await response.json();
      offers = [];
      // Put aside on the server, it can be left.
      if (answer.aside) safe = print(sent);
      setAside(answer.aside);
      pause("refused", answer.words);
      return Boolean(answer.aside);
    }
    if (response.type === "opaqueredirect" || response.status === 403) {
      const why = response.status === 403 ? await sentenceIn(response) : {};
      const token = await freshToken();
      if (!token) return pause("signed out", why.ended || words("signedOut"), { signIn: true });
      for (const one of document.querySelectorAll('input[name="csrfmiddlewaretoken"]')) one.value = token;
      if (!fresh) return await send({ last, fresh: true });
      return pause("refused", why.refused || words("refused"));
    }
  } catch {
    return later(words("offline"));
  }
  if (response.status === 400 || response.status === 413) return pause("too much", words("tooMuch"));
  if (response.status >= 500 || response.status === 429) return later(words("slow"));
  return pause("refused", words("refused"));
};

const save = async () => {
  clearTimeout(timer);
  if (busy) {
    again = true;
    return busy;
  }
  if (paused) return false;
  if (!unsaved()) {
    // What was typed was taken back again: all of it is on the server as it stands.
    if (place.dataset.state === "typing") say("saved", lastSaved);
    changedAt = 0;
    return true;
  }
  busy = send();
  const reached = await busy;
  busy = null;
  changedAt = 0;
  if (reached && unsaved()) schedule(again ? 0 : PAUSE);
  again = false;
  return reached;
};

const resume = () => {
  if (!paused && !tries) return;
  paused = "";
  tries = 0;
  offerRemedies(false);
  if (unsaved()) save();
  else say("saved", words("ready"));
};

// Save whatever is open now, and do not wait for a pause. True once the server has it.
const flush = async () => {
  clearTimeout(timer);
  if (busy) await busy;
  paused = "";
  tries = 0;
  offerRemedies(false);
  return save();
};

const noticed = () => {
  if (paused || leaving) return;
  if (!busy && !tries) say("typing", words("typing"));
  changedAt ||= Date.now();
  // Somebody who writes without a pause is saved all the same.
  if (!tries) schedule(Math.max(0, Math.min(PAUSE, changedAt + LONGEST_PAUSE - Date.now())));
};

// A page that is being left says its last words, even while others are on their way.
const lastWords = () => {
  if (leaving || paused || !unsaved()) return;
  const offer = JSON.stringify(read());
  if (busy && offers.some((one) => JSON.stringify(one) === offer)) return;
  if (busy) send({ last: true });
  else {
    busy = send({ last: true });
    busy.finally(() => { busy = null; });
  }
};

// The browser may have put back what was typed here on an earlier visit. What the part said then
// is not known any more, so nothing may be saved over somebody else's words without asking.
const restored = () => {
  const opened = JSON.parse(input("opened").value || "{}");
  let found = false;
  for (const control of form.elements) {
    if (!control.name || CARRIED.has(control.name) || control.type === "submit") continue;
    const changed = control instanceof HTMLSelectElement
      ? [...control.options].some((one) => one.defaultSelected) && [...control.options].some((one) => one.selected !== one.defaultSelected)
      : isTick(control) ? control.checked !== control.defaultChecked
        : control.value !== control.defaultValue;
    if (!changed) continue;
    found = true;
    const name = control.name.replace(/^([a-z]+-[0-9a-f-]{36})-\w+$/, "$1");
    if (name in opened) opened[name] = null;
  }
  if (found) input("opened").value = JSON.stringify(opened);
  return found;
};

const begin = () => {
  place.hidden = false;
  part("sign-in").href = form.dataset.signIn;
  for (const link of form.querySelectorAll("[data-back]")) link.textContent = words("leave");
  lastSaved = words("ready");
  say("saved", lastSaved);
  part("announced").textContent = "";
  lastState = "";
  const typed = restored();
  safe = typed || "unsaved" in form.dataset ? "" : print(read());
  if (!safe) schedule(PAUSE);

  form.addEventListener("input", noticed);
  form.addEventListener("focusout", (event) => {
    const name = event.target.name ?? event.target.closest(".prose-box")?.querySelector("textarea").name;
    if (name && problems[name]) setTimeout(() => problems[name] && mark(name, problems[name]));
    if (changedAt && !paused && !tries) save();
  });
  part("retry").addEventListener("click", resume);
  addEventListener("online", resume);
  document.addEventListener("visibilitychange", () => {
    if (document.hidden) {
      if (!paused && !tries) {
        if (busy) again = true;
        else save();
      }
    } else if (paused === "signed out" || paused === "network") resume();
  });
  addEventListener("pagehide", lastWords);
  addEventListener("beforeunload", (event) => {
    if (leaving || !unsaved()) return;
    lastWords();
    event.preventDefault();
  });
  // The button saves what is still open first: where the portal cannot be reached, the page stays.
  form.addEventListener("submit", async (event) => {
    if (leaving) return;
    if (!busy && !unsaved() && !paused) {
      leaving = true;
      return;
    }
    event.preventDefault();
    if (!(await flush())) return;
    input("offered").value = JSON.stringify(offers);
    leaving = true;
    form.requestSubmit(event.submitter);
  });
  // So does a link to another page.
  document.addEventListener("click", async (event) => {
    const link = event.target.closest?.("a[href]");
    const elsewhere = event.button || event.ctrlKey || event.metaKey || event.shiftKey || event.altKey;
    if (!link || elsewhere || link.target || link.pathname === location.pathname || !unsaved()) return;
    event.preventDefault();
    await flush();
    location.assign(link.href);
  });
};

addEventListener("pageshow", () => { leaving = false; });

if (form && place) begin();
