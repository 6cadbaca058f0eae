// People to tick: Tab comes by once, the arrow keys move among them, letters jump to a name, and one chip ticks all
// where that makes sense.
const PAUSE = 700;

function chipForAll(group, row, boxes) {
  const all = document.createElement("input");
  all.type = "checkbox";
  all.id = `${group.id}-all`;
  const label = document.createElement("label");
  label.className = "chip chip--all";
  label.htmlFor = all.id;
  const words = document.createElement("span");
  words.textContent = row.dataset.all;
  label.append(all, words);
  row.prepend(label);
  const tell = () => { all.checked = boxes.every((box) => box.checked); };
  all.addEventListener("change", () => {
    for (const box of boxes) box.checked = all.checked;
  });
  row.addEventListener("change", tell);
  tell();
  return all;
}

for (const group of document.querySelectorAll("[data-chips]")) {
  const row = group.querySelector(".chips-row");
  const boxes = [...row.querySelectorAll("input[type=checkbox]")];
  if (boxes.length < 2) continue;

  const stops = row.dataset.all ? [chipForAll(group, row, boxes), ...boxes] : boxes;
  const stopAt = (chosen) => {
    for (const stop of stops) stop.tabIndex = stop === chosen ? 0 : -1;
  };
  const goTo = (chosen) => {
    stopAt(chosen);
    chosen.focus();
  };
  row.addEventListener("focusin", (event) => stopAt(event.target));

  let typed = "";
  let last = 0;
  row.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.altKey || event.metaKey) return;
    const here = stops.indexOf(event.target);
    const steps = { ArrowRight: here + 1, ArrowDown: here + 1, ArrowLeft: here - 1, ArrowUp: here - 1, Home: 0, End: stops.length - 1 };
    if (event.key in steps) {
      event.preventDefault();
      goTo(stops[(steps[event.key] + stops.length) % stops.length]);
    } else if (event.key.length === 1 && event.key !== " ") {
      typed = event.timeStamp - last > PAUSE ? event.key : typed + event.key;
      last = event.timeStamp;
      const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
      const found = boxes.find((box) => plain(box.parentElement.textContent.trim()).startsWith(plain(typed)));
      if (found) goTo(found);
    }
  });
  stopAt(stops[0]);
}
