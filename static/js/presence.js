// Says who else has the same part open. Without this file, or without an answer, nothing is shown.
const line = document.querySelector("[data-presence]");
const list = document.querySelector("[data-presence-list]");
const BEAT = 10000;
const FRESH = 60000;

let typedAt = 0;
let clock = 0;

const token = () => document.querySelector('input[name="csrfmiddlewaretoken"]')?.value ?? "";

const facts = (state) => {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", token());
  body.set("part", line.dataset.part);
  body.set("page", document.querySelector('form[data-autosave] input[name="key"]').value);
  body.set("sort", line.dataset.sort);
  body.set("state", state);
  return body;
};

const ask = async (address, options) => {
  try {
    const response = await fetch(address, { redirect: "manual", headers: { Accept: "application/json" }, ...options });
    return response.ok ? await response.json() : null;
  } catch {
    return null;
  }
};

const beat = async () => {
  const state = Date.now() - typedAt < FRESH ? "editing" : "reading";
  const answer = await ask(line.dataset.presence, { method: "POST", body: facts(state) });
  const sentence = answer?.sentence ?? "";
  if (line.textContent !== sentence) line.textContent = sentence;
};

const look = async () => {
  const answer = await ask(list.dataset.presenceList, {});
  for (const place of document.querySelectorAll("[data-present]")) {
    const sentence = answer?.here[place.dataset.present] ?? "";
    if (place.textContent !== sentence) place.textContent = sentence;
  }
};

const go = (what) => {
  clearInterval(clock);
  if (document.hidden) return;
  what();
  clock = setInterval(what, BEAT);
};

if (line) {
  const leave = () => {
    clearInterval(clock);
    navigator.sendBeacon(line.dataset.presence, facts("away"));
  };
  document.addEventListener("input", () => {
    const first = Date.now() - typedAt >= FRESH;
    typedAt = Date.now();
    if (first) go(beat);
  });
  document.addEventListener("visibilitychange", () => (document.hidden ? leave() : go(beat)));
  addEventListener("pagehide", leave);
  go(beat);
} else if (list) {
  document.addEventListener("visibilitychange", () => go(look));
  clock = setInterval(look, BEAT);
}
