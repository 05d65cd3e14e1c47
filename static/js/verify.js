// Compares a file with what was issued, on this device. Without this file the commands below do it.
//
// The file is read in slices, so that a large one shows how far it is; SubtleCrypto takes it whole.
const place = document.querySelector("[data-verify]");
const MOST = 512 * 1024 * 1024;
const SLICE = 4 * 1024 * 1024;

const part = (name) => place.querySelector(`[data-${name}]`);
let turn = 0;

const words = (name, facts) => {
  const found = part(`say="${name}"`).content.cloneNode(true);
  for (const [key, value] of Object.entries(facts)) {
    for (const spot of found.querySelectorAll(`[data-${key}]`)) {
      if (spot.tagName === "A") spot.href = value;
      else spot.textContent = value;
    }
  }
  return found;
};

const say = (name, facts) => {
  const said = [words(name, facts)];
  if (facts.digest) {
    const line = words("digest", {});
    const spot = line.querySelector("[data-digest]");
    for (const group of facts.digest.match(/.{4}/g)) {
      const piece = document.createElement("span");
      piece.className = "digest__group";
      piece.textContent = group;
      spot.append(piece);
    }
    said.push(line);
  }
  part("answer").replaceChildren(...said);
  const verdict = part("answer").querySelector(".verdict");
  if (facts.code) verdict.className = `verdict verdict--${facts.code}`;
};

const read = async (file, mine) => {
  const bytes = new Uint8Array(file.size);
  const shown = part("reading");
  for (let done = 0; done < file.size; done += SLICE) {
    shown.querySelector("progress").value = (100 * done) / file.size;
    shown.hidden = file.size <= SLICE;
    bytes.set(new Uint8Array(await file.slice(done, done + SLICE).arrayBuffer()), done);
    if (mine !== turn) return null;
  }
  return bytes;
};

const digestOf = async (bytes) =>
  [...new Uint8Array(await crypto.subtle.digest("SHA-256", bytes))]
    .map((byte) => byte.toString(16).padStart(2, "0"))
    .join("");

const lookUp = async (digest) => {
  const address = `${place.dataset.lookup}?sha256=${digest}`;
  const response = await fetch(address, { headers: { Accept: "application/json" } });
  if (!response.ok) throw new Error(response.status);
  return (await response.json()).documents.filter((found) => found.of !== "text");
};

const compare = async (file) => {
  const mine = ++turn;
  const facts = { name: file.name };
  part("answer").replaceChildren();
  if (!globalThis.crypto?.subtle) return say("insecure", facts);
  if (file.size > MOST) return say("large", facts);
  try {
    const bytes = await read(file, mine);
    if (!bytes) return;
    facts.digest = await digestOf(bytes);
  } catch {
    if (mine === turn) say("unreadable", facts);
    return;
  } finally {
    if (mine === turn) part("reading").hidden = true;
  }
  if (mine !== turn) return;
  if (facts.digest === place.dataset.file) return say("match", facts);
  if (facts.digest === place.dataset.signed) return say("signed", facts);
  let found;
  try {
    found = await lookUp(facts.digest);
  } catch {
    if (mine === turn) say("unasked", facts);
    return;
  }
  if (mine !== turn) return;
  if (!found.length) return say("unknown", facts);
  const { sentence, page, code } = found[0];
  // Another document than the one whose page this is asks for attention, whatever became of it.
  say("other", { ...facts, sentence, page, code: place.dataset.file ? "superseded" : code });
};

if (place) {
  const box = place.querySelector(".drop");
  const input = place.querySelector("input[type=file]");
  const holdsFiles = (event) => event.dataTransfer?.types.includes("Files");
  place.hidden = false;
  input.addEventListener("change", () => input.files.length && compare(input.files[0]));
  // Anywhere on the page: a file dropped beside the box would open in place of it.
  document.addEventListener("dragover", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    box.classList.add("drop--over");
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) box.classList.remove("drop--over");
  });
  document.addEventListener("drop", (event) => {
    if (!holdsFiles(event)) return;
    event.preventDefault();
    box.classList.remove("drop--over");
    if (event.dataTransfer.files.length) {
      input.value = "";
      compare(event.dataTransfer.files[0]);
    }
  });
}
