// Formatting for prose texts. Without this file, or where it is switched off, the box with the
// plain text is all there is – and it holds what is sent in either case: the editor shows the
// text, and writes it back into the box with its signs (workplans/prose).
const tools = document.getElementById("prose-tools");
const boxes = [...document.querySelectorAll("textarea[data-prose]")];
const PREFERENCE = "prose";
const PLAIN = "plain";

// A browser may be told to keep nothing at all.
const preference = (become) => {
  try {
    if (become === undefined) return localStorage.getItem(PREFERENCE);
    if (become) localStorage.setItem(PREFERENCE, become);
    else localStorage.removeItem(PREFERENCE);
  } catch { /* then every page begins with formatting */ }
  return null;
};
const address = (text) => {
  const found = text.trim().replace(/[\s()<>|"]/g, (sign) => encodeURIComponent(sign).replace("(", "%28").replace(")", "%29"));
  return /^(?:https?:\/\/|mailto:)./i.test(found) ? found : "";
};

// From what the editor holds to prose

const shield = (text, within) => {
  const safe = text
    .replace(/\\(?=[\\*[\]()|#.-]|$)/g, "\\\\")
    .replace(/\*/g, "\\*")
    .replace(/\[(?=[^[\]\n|]+\]\((?:https?:\/\/|mailto:))/gi, "\\[");
  if (within === "link") return safe.replace(/\\?[[\]]/g, (sign) => `\\${sign.at(-1)}`).replace(/\|/g, "\\|");
  return within === "cell" ? safe.replace(/\|/g, "\\|") : safe;
};

const NONE = { strong: false, emphasis: false, link: "" };

// The words of a paragraph, in stretches of one style. A space at the edge of a style stands
// outside of it, where nobody can see the difference.
const stretches = (node) => {
  const found = [];
  node.descendants((inner) => {
    if (!inner.isText) return;
    const has = (name) => inner.marks.find((mark) => mark.type.name === name);
    const style = { strong: Boolean(has("bold")), emphasis: Boolean(has("italic")), link: address(has("link")?.attrs.href ?? "") };
    for (const text of inner.text.replace(/[\n\r]/g, " ").match(/\s+|\S+(?:\s+\S+)*/g) ?? []) {
      found.push({ text, style, space: !text.trim() });
    }
  });
  const cores = found.map((one) => !one.space);
  return found.map((one, place) => {
    if (!one.space) return one;
    const before = cores.lastIndexOf(true, place - 1);
    const after = cores.indexOf(true, place + 1);
    if (before < 0 || after < 0 || place === 0) return { ...one, style: NONE };
    const [left, right] = [found[before].style, found[after].style];
    const link = left.link === right.link && one.style.link === left.link ? left.link : "";
    return { ...one, style: { strong: left.strong && right.strong, emphasis: left.emphasis && right.emphasis, link } };
  });
};

const turn = (from, to) => "*".repeat((from.strong !== to.strong ? 2 : 0) + (from.emphasis !== to.emphasis ? 1 : 0));

const inline = (node, within = "") => {
  let text = "";
  let style = NONE;
  const become = (next) => {
    if (style.link && style.link !== next.link) text += `](${style.link})`;
    text += turn(style, next);
    if (next.link && style.link !== next.link) text += "[";
    style = next;
  };
  const all = stretches(node);
  for (const one of all) {
    become(one.style);
    text += shield(one.text, one.style.link ? "link" : within);
  }
  become(NONE);
  return text.trim();
};

// A paragraph that begins like something else says that it is none.
const opening = (text) => text.replace(/^(?:(#{1,3}\s|-\s|\|)|(\d{1,3})(\.\s))/, (all, sign, number, dot) => (number ? `${number}\\${dot}` : `\\${sign}`));

const paragraphs = (node) => {
  const found = [];
  node.forEach((child) => found.push(child));
  return found;
};

const listed = (node) => {
  const start = node.type.name === "orderedList" ? (node.attrs.start ?? 1) : 0;
  const points = paragraphs(node).map((item) => paragraphs(item).map((one) => inline(one)).filter(Boolean).join(" ")).filter(Boolean);
  return points.map((text, place) => (start ? `${start + place}. ${text}` : `- ${text}`)).join("\n");
};

const tabled = (node) => {
  const rows = paragraphs(node).map((row) => paragraphs(row).flatMap((cell) => {
    const text = paragraphs(cell).map((one) => inline(one, "cell")).filter(Boolean).join(" ");
    return [text, ...Array(Math.max(0, (cell.attrs.colspan ?? 1) - 1)).fill("")];
  }));
  const wide = Math.max(...rows.map((row) => row.length));
  const line = (row) => `| ${[...row, ...Array(wide - row.length).fill("")].join(" | ")} |`;
  const head = paragraphs(node.firstChild).every((cell) => cell.type.name === "tableHeader");
  const found = rows.map(line);
  if (head) found.splice(1, 0, `|${" --- |".repeat(wide)}`);
  return found.join("\n");
};

const written = (doc) => {
  const found = paragraphs(doc).map((node) => {
    const name = node.type.name;
    if (name === "heading") {
      const text = inline(node);
      return text && `### ${text}`;
    }
    if (name === "bulletList" || name === "orderedList") return listed(node);
    if (name === "table") return tabled(node);
    return opening(inline(node));
  });
  return found.filter(Boolean).join("\n\n");
};

// What is pasted: Word writes its lists as paragraphs, and a line break would glue two words

// Styles and handlers are taken out of the text itself: the policy of the page would refuse each
// of them with a report, though none could do anything.
const bare = (html) =>
  html
    .replace(/<style[\s\S]*?<\/style>/gi, "")
    .replace(/<[a-z][^>]*>/gi, (tag) => tag.replace(/\s(style|on\w+)\s*=/gi, " data-$1="));

const unworded = (html) => {
  const page = new DOMParser().parseFromString(bare(html), "text/html");
  for (const one of page.querySelectorAll("br")) one.replaceWith(" ");
  for (const one of page.querySelectorAll("style, script, title, meta, xml")) one.remove();
  for (const one of page.querySelectorAll("p[class*='MsoList'], p[data-style*='mso-list']")) {
    const sign = [...one.querySelectorAll("span")].find((span) => /mso-list:\s*Ignore/i.test(span.dataset.style ?? ""));
    const list = page.createElement(/^\s*\(?\w{1,3}[.)]/.test(sign?.textContent ?? "") ? "ol" : "ul");
    sign?.remove();
    const item = page.createElement("li");
    item.innerHTML = `<p>${one.innerHTML}</p>`;
    const before = one.previousElementSibling;
    if (before?.localName === list.localName && "word" in before.dataset) {
      before.append(item);
      one.remove();
    } else {
      list.dataset.word = "";
      list.append(item);
      one.replaceWith(list);
    }
  }
  return page.body.innerHTML;
};

// The editor

const extensions = (kit) => {
  const auto = { HTMLAttributes: { dir: "auto" } };
  // What is shown is what is kept: one level of headings, lists and cells of paragraphs.
  const heading = kit.Heading.extend({
    parseHTML() {
      return [1, 2, 3, 4, 5, 6].map((level) => ({ tag: `h${level}`, attrs: { level: 2 } }));
    },
  }).configure({ levels: [2], ...auto });
  const point = kit.ListItem.extend({ content: "paragraph", addKeyboardShortcuts() {
    return { Enter: () => this.editor.commands.splitListItem(this.name) };
  } });
  return [
    kit.Document, kit.Text, kit.Paragraph.configure(auto), heading, kit.Bold, kit.Italic,
    kit.BulletList.configure(auto), kit.OrderedList.configure(auto), point,
    kit.Link.configure({ enableTarget: false, autolink: false, protocols: ["http", "https", "mailto"] }),
    kit.Table.configure({ resizable: false, renderWrapper: true }), kit.TableRow,
    kit.TableHeader.extend({ content: "paragraph+" }).configure(auto),
    kit.TableCell.extend({ content: "paragraph+" }).configure(auto),
    kit.UndoRedo ?? kit.History, kit.Dropcursor, kit.Gapcursor,
  ];
};

const DO = {
  bold: { run: (chain) => chain.toggleBold(), on: "bold" },
  italic: { run: (chain) => chain.toggleItalic(), on: "italic" },
  heading: { run: (chain) => chain.toggleHeading({ level: 2 }), on: "heading" },
  points: { run: (chain) => chain.toggleBulletList(), on: "bulletList" },
  numbers: { run: (chain) => chain.toggleOrderedList(), on: "orderedList" },
  table: { run: (chain) => chain.insertTable({ rows: 3, cols: 3, withHeaderRow: true }), outside: true },
  row: { run: (chain) => chain.addRowAfter(), inside: true },
  column: { run: (chain) => chain.addColumnAfter(), inside: true },
  "row-away": { run: (chain) => chain.deleteRow(), inside: true },
  "column-away": { run: (chain) => chain.deleteColumn(), inside: true },
  "table-away": { run: (chain) => chain.deleteTable(), inside: true },
  undo: { run: (chain) => chain.undo(), can: (can) => can.undo() },
  redo: { run: (chain) => chain.redo(), can: (can) => can.redo() },
};

const askForLink = (editor) => {
  const dialog = tools.content.querySelector("dialog").cloneNode(true);
  const field = dialog.querySelector("input");
  const refusal = dialog.querySelector("[data-refusal]");
  const remove = dialog.querySelector("[data-remove]");
  field.value = editor.getAttributes("link").href ?? "";
  remove.hidden = !editor.isActive("link");
  document.body.append(dialog);
  const chosen = () => editor.chain().focus().extendMarkRange("link");
  dialog.addEventListener("close", () => {
    dialog.remove();
    editor.commands.focus();
  });
  dialog.querySelector("[data-cancel]").addEventListener("click", () => dialog.close());
  remove.addEventListener("click", () => {
    dialog.close();
    chosen().unsetLink().run();
  });
  dialog.querySelector("form").addEventListener("submit", (event) => {
    event.preventDefault();
    // Most people leave the beginning out.
    const bare = field.value.trim();
    const href = address(/^[\w-]+(\.[\w-]+)+(\/|$)/.test(bare) ? `https://${bare}` : bare);
    refusal.hidden = Boolean(href);
    field.setAttribute("aria-invalid", String(!href));
    if (!href) {
      field.focus();
      return;
    }
    dialog.close();
    if (editor.state.selection.empty && !editor.isActive("link")) {
      editor.chain().focus().insertContent({ type: "text", text: href, marks: [{ type: "link", attrs: { href } }] }).run();
    } else chosen().setLink({ href }).run();
  });
  dialog.showModal();
  field.focus();
};

const toolbar = (label) => {
  const bar = tools.content.querySelector("[role=toolbar]").cloneNode(true);
  bar.setAttribute("aria-describedby", label.id);
  const shown = () => [...bar.querySelectorAll("button")].filter((button) => !button.hidden && !button.closest("[hidden]"));
  // One stop for the tabulator; the arrows go from button to button.
  const reach = (button) => {
    for (const one of bar.querySelectorAll("button")) one.tabIndex = one === button ? 0 : -1;
  };
  bar.addEventListener("keydown", (event) => {
    const all = shown();
    const place = all.indexOf(document.activeElement);
    const right = getComputedStyle(bar).direction === "rtl" ? -1 : 1;
    const there = { ArrowRight: place + right, ArrowLeft: place - right, Home: 0, End: all.length - 1 }[event.key];
    if (there === undefined || place < 0) return;
    event.preventDefault();
    const next = all[(there + all.length) % all.length];
    reach(next);
    next.focus();
  });
  bar.addEventListener("focusin", (event) => reach(event.target));
  reach(bar.querySelector("button"));
  return bar;
};

const labelOf = (box) => document.querySelector(`label[for="${box.id}"], label[id="${box.id}_label"]`);

const dress = (box, kit, html) => {
  const label = labelOf(box);
  label.id ||= `${box.id}_label`;
  label.removeAttribute("for");
  // The hint tells of signs that nobody has to write here.
  const hint = document.getElementById(`${box.id}_helptext`);
  if (hint) hint.hidden = true;
  const described = (box.getAttribute("aria-describedby") ?? "").split(" ").filter((id) => id && id !== hint?.id).join(" ");
  const language = box.form?.dataset.language;
  const frame = document.createElement("div");
  frame.className = "prose-box";
  box.before(frame);
  const attributes = {
    class: "prose-box__text prose",
    role: "textbox",
    "aria-multiline": "true",
    "aria-labelledby": label.id,
    ...(described ? { "aria-describedby": described } : {}),
    ...(language ? { lang: language } : {}),
  };
  const bar = toolbar(label);
  const editor = new kit.Editor({
    element: frame,
    content: html,
    injectCSS: false,
    extensions: extensions(kit),
    editorProps: { attributes, transformPastedHTML: unworded },
    onUpdate({ editor: now }) {
      box.value = written(now.state.doc);
      box.dispatchEvent(new Event("input", { bubbles: true }));
    },
  });
  frame.prepend(bar);
  frame.append(box);
  const show = () => {
    const inside = editor.isActive("table");
    for (const part of bar.querySelectorAll("[data-inside]")) part.hidden = !inside;
    for (const button of bar.querySelectorAll("button[data-do]")) {
      const what = DO[button.dataset.do];
      if (!what) continue;
      if (what.on) button.setAttribute("aria-pressed", String(editor.isActive(what.on)));
      if (what.can) button.setAttribute("aria-disabled", String(!what.can(editor.can())));
      if (what.outside) button.hidden = inside;
    }
    if (!bar.querySelector("button[tabindex='0']:not([hidden])")) bar.querySelector("button:not([hidden])").tabIndex = 0;
  };
  bar.addEventListener("click", (event) => {
    const name = event.target.closest("button")?.dataset.do;
    if (name === "link") askForLink(editor);
    else if (name === "plain") {
      preference(PLAIN);
      undress(box);
      box.focus();
    } else if (DO[name] && (!DO[name].can || DO[name].can(editor.can()))) DO[name].run(editor.chain().focus()).run();
  });
  const reach = (event) => {
    event.preventDefault();
    editor.commands.focus();
  };
  label.addEventListener("click", reach);
  editor.on("transaction", show);
  editor.on("focus", () => frame.classList.add("prose-box--focus"));
  editor.on("blur", () => frame.classList.remove("prose-box--focus"));
  show();
  box.hidden = true;
  // How other scripts find what stands for the box, and show another text in it.
  box.prose = {
    frame,
    editor,
    take: (now) => editor.commands.setContent(now, { emitUpdate: false }),
    away() {
      label.removeEventListener("click", reach);
      label.htmlFor = box.id;
      editor.destroy();
      frame.before(box);
      frame.remove();
      box.hidden = false;
      if (hint) hint.hidden = false;
      delete box.prose;
    },
  };
};

const offer = (box) => {
  const row = tools.content.querySelector("[data-rich]").cloneNode(true);
  row.querySelector("button").addEventListener("click", async () => {
    preference("");
    const html = await fromServer(box.value);
    if (html === null) {
      row.querySelector("[data-failed]").hidden = false;
      return;
    }
    row.remove();
    dress(box, await load(), html);
    box.prose.editor.commands.focus();
  });
  box.after(row);
};

const undress = (box) => {
  box.prose.away();
  offer(box);
};

const fromServer = async (text) => {
  const body = new FormData();
  body.set("csrfmiddlewaretoken", document.querySelector('input[name="csrfmiddlewaretoken"]').value);
  body.set("text", text);
  try {
    const response = await fetch(tools.dataset.convert, { method: "POST", body, redirect: "manual", headers: { Accept: "application/json" } });
    return response.ok ? (await response.json()).html : null;
  } catch {
    return null;
  }
};

let kit;
const load = () => (kit ??= import(tools.dataset.editor));

const begin = async () => {
  const plain = preference() === PLAIN;
  // The browser put back what was typed here on an earlier visit: it stays as it is.
  const untouched = boxes.filter((box) => box.value === box.defaultValue);
  for (const box of boxes) if (plain || !untouched.includes(box)) offer(box);
  if (plain || !untouched.length) return;
  const parts = await load();
  for (const box of untouched) {
    // Somebody who began before the editor was there is not interrupted.
    if (box.value !== box.defaultValue || box === document.activeElement) offer(box);
    else dress(box, parts, box.dataset.prose);
  }
};

if (tools && boxes.length) begin();
