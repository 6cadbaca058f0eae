// A list whose items can be dragged to another place, by mouse or finger, beside the buttons that move them up and down;
// Alt with an arrow key presses these. The new order is sent once, when the item is let go.
for (const list of document.querySelectorAll("[data-reorder]")) {
  const form = document.getElementById(list.dataset.reorder);
  const items = () => [...list.children];

  const send = (moved) => {
    for (const [name, value] of [...items().map((item) => ["order", item.dataset.item]), ["moved", moved.dataset.item]]) {
      const field = document.createElement("input");
      field.type = "hidden";
      field.name = name;
      field.value = value;
      form.append(field);
    }
    form.requestSubmit();
  };

  const addHandle = (item) => {
    const place = item.querySelector(".work-moves");
    if (!place) return;
    const handle = document.createElement("span");
    handle.className = "button button--small work-drag";
    handle.textContent = "⠿";
    handle.title = list.dataset.drag;
    handle.setAttribute("aria-hidden", "true");
    place.append(handle);

    handle.addEventListener("pointerdown", (event) => {
      event.preventDefault();
      const before = items().indexOf(item);
      item.classList.add("work-item--dragged");
      const follow = ({ clientY }) => {
        const next = items().find((other) => {
          const box = other.getBoundingClientRect();
          return other !== item && clientY < box.top + box.height / 2;
        }) ?? null;
        if (next !== item.nextElementSibling) list.insertBefore(item, next);
      };
      const letGo = () => {
        item.classList.remove("work-item--dragged");
        document.removeEventListener("pointermove", follow);
        if (items().indexOf(item) !== before) send(item);
      };
      // On the document: an item that is put elsewhere loses the pointer.
      document.addEventListener("pointermove", follow);
      for (const end of ["pointerup", "pointercancel"]) document.addEventListener(end, letGo, { once: true });
    });
  };

  if (items().length > 1) items().forEach(addHandle);
  list.addEventListener("keydown", (event) => {
    const name = { ArrowUp: "up", ArrowDown: "down" }[event.key];
    const button = event.altKey && name && event.target.closest("[data-item]")?.querySelector(`button[name=${name}]`);
    if (button) {
      event.preventDefault();
      button.click();
    }
  });
}
