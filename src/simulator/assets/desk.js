// The pieces of telephones: their keys, their names in a sentence, and the cards of those that the line rings.

export const SPOKEN = { "*": "étoile", "#": "dièse" };

export const theName = (name) => /^[aeéhiou]/i.test(name) ? `l'${name}` : `le ${name}`;
export const capital = (text) => text[0].toUpperCase() + text.slice(1);

// One key of a keypad; `letters` is null where there is no room for them.
export function keyButton(key, letters, onPress) {
  const button = document.createElement("button");
  button.type = "button";
  button.dataset.key = key;
  button.setAttribute("aria-label", SPOKEN[key] || (letters?.length > 1 ? `${key}, ${letters}` : key));
  const big = document.createElement("b");
  big.textContent = key === "*" ? "✱" : key;
  button.append(big);
  if (letters !== null) {
    const small = document.createElement("small");
    small.textContent = letters;
    button.append(small);
  }
  button.addEventListener("click", () => onPress(key));
  return button;
}

// The card of a second telephone; `hands` is what its buttons do, `entry` writes a line of its log.
export function deskCard(phone, entry, hands) {
  const box = document.createElement("article");
  box.className = "card";
  box.dataset.phone = phone.name;
  const title = document.createElement("h3");
  const number = document.createElement("span");
  title.textContent = capital(phone.name);
  number.textContent = phone.shown;
  title.append(" ", number);
  const state = document.createElement("p");
  state.className = "quiet";
  state.setAttribute("role", "status");
  const log = document.createElement("ol");
  const row = document.createElement("div");
  row.className = "row";
  const pad = document.createElement("div");
  pad.className = "mini";
  pad.setAttribute("role", "group");
  pad.setAttribute("aria-label", `Touches, ${phone.name}`);
  const card = {
    box,
    leg: null,
    answered: null,
    add: (item) => log.append(item),
    note: (text) => log.append(entry(text, "event")),
    clear: () => log.replaceChildren(),
    show(is) {
      if (box.dataset.state === is) return;
      box.dataset.state = is;
      const live = !["ended", "incoming"].includes(is);
      state.textContent = { ended: "Raccroché", incoming: "Ce téléphone sonne", bridged: "En communication" }[is] || "Décroché";
      take.hidden = is !== "incoming";
      refuse.hidden = is !== "incoming";
      drop.hidden = !live;
      pad.hidden = !live || is === "bridged";
    },
  };
  const button = (kind, text, deed) => {
    const made = document.createElement("button");
    made.type = "button";
    made.className = kind;
    made.textContent = text;
    made.setAttribute("aria-label", `${text}, ${phone.name}`);
    made.addEventListener("click", deed);
    row.append(made);
    return made;
  };
  const take = button("take", "Décrocher", hands.take);
  const refuse = button("plain", "Refuser", hands.refuse);
  const drop = button("drop", "Raccrocher", hands.drop);
  for (const key of ["1", "2", "3", "0", "*", "#"]) pad.append(keyButton(key, null, hands.press));
  box.append(title, state, log, row, pad);
  return card;
}
