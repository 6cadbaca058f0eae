// Keeps what is typed into a form in this browser until it has been saved, and offers it when the form is opened again:
// a lost connection, a closed window or a flat battery costs nothing. Signing out forgets it all.

const PREFIX = "draft:";
const PAUSE = 400;
// Goes with what was typed, so that a draft of an older record is not saved over what others saved since.
const REVISION = "revision";
// Names one opening of a form: what was sent under it is forgotten when a page says that just that was saved.
const SUBMISSION = "submission";
const form = document.querySelector("form[data-draft]");
const offer = document.querySelector("template[data-draft-offer]");
// From then on nothing is kept, also not what was typed a moment ago.
let isSigningOut = false;

const keys = () => Object.keys(localStorage).filter((key) => key.startsWith(PREFIX));
const read = (key) => JSON.parse(localStorage.getItem(key) ?? "null");

function typed() {
  const hidden = new Set([...form.querySelectorAll("input[type=hidden], input[type=password]")].map((field) => field.name));
  hidden.delete(REVISION);
  return [...new FormData(form)].filter(([name, value]) => !hidden.has(name) && typeof value === "string");
}

function fill(values) {
  for (const field of form.elements) {
    if (!field.name || (field.type === "hidden" && field.name !== REVISION) || field.type === "file" || field.type === "submit") continue;
    const given = values.filter(([name]) => name === field.name).map(([, value]) => value);
    if (field.type === "checkbox" || field.type === "radio") field.checked = given.includes(field.value);
    else if (given.length) field.value = given[0];
    field.dispatchEvent(new Event("input", { bubbles: true }));
  }
}

function keep(key) {
  let waiting;
  const save = (sentAs) => {
    if (!isSigningOut) localStorage.setItem(key, JSON.stringify({ values: typed(), sentAs }));
  };
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(save, PAUSE, null);
  });
  form.addEventListener("change", () => save(null));
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    save(form.elements[SUBMISSION]?.value ?? null);
  });
}

function propose(key) {
  const kept = read(key);
  const isNew = !document.querySelector(".error-summary");
  if (!kept || !isNew || JSON.stringify(kept.values) === JSON.stringify(typed())) return;
  const notice = offer.content.firstElementChild.cloneNode(true);
  notice.addEventListener("click", (event) => {
    const wish = event.target.closest("button")?.value;
    if (!wish) return;
    if (wish === "take") fill(kept.values);
    else localStorage.removeItem(key);
    notice.remove();
    form.querySelector("input:not([type=hidden]), textarea, select")?.focus();
  });
  form.prepend(notice);
}

// The page after saving names the form; only then is what was sent with it forgotten. An error page names none.
const saved = document.querySelector(".messages")?.dataset.saved?.split(" ") ?? [];
for (const key of keys()) if (saved.includes(read(key)?.sentAs)) localStorage.removeItem(key);
document.querySelector("form[data-sign-out]")?.addEventListener("submit", () => {
  isSigningOut = true;
  for (const key of keys()) localStorage.removeItem(key);
});
if (form && offer) {
  const key = `${PREFIX}${form.dataset.draft}:${location.pathname}`;
  propose(key);
  keep(key);
}
