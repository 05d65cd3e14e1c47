// Two kindnesses; every form works without them.
const summary = document.querySelector("[data-takes-focus]");
if (summary) summary.focus();

const revive = () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = false;
  }
};

// A second click while the first is on its way would only bring a refusal to read.
document.addEventListener("submit", (event) => {
  const form = event.target;
  if (event.defaultPrevented || form.method !== "post" || form.hasAttribute("data-stays")) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  // Later, so that the clicked button's own name and value are still sent.
  setTimeout(() => {
    for (const button of form.querySelectorAll("button[type=submit]")) button.disabled = true;
  });
  // A request that was stopped or lost must not leave a dead form behind.
  setTimeout(revive, 15000);
});

// The back button may bring the page back exactly as it was left.
addEventListener("pageshow", revive);
