// The telephone in the browser. The exchange keeps the calls; this script keeps time: it speaks what the line says (or
// waits as long as reading it takes), then runs the timeout that the line announced, and tells what the person did.
//
// For tests: ?silencieux=1 says everything in no time and without a voice or microphone; ?patience=0.01 shortens the
// timeouts.

import { begin, play } from "/demo/speech.js";
import { openMicrophone } from "/demo/microphone.js";
import { SPOKEN, capital, deskCard, keyButton, theName } from "/demo/desk.js";

const asked = new URLSearchParams(location.search);
const silent = asked.get("silencieux") === "1";
const patience = Number(asked.get("patience")) || 1;
const find = (id) => document.getElementById(id);

/* ---- What is known ---- */

let since = 0; // events already told
let mine = null; // the leg of the person at this page
let typed = ""; // keys since the line last spoke
let loaded = false;
const expects = new Map(); // leg -> what the line waits for
const held = new Set(); // legs whose last deed is not answered yet
const owned = new Set(); // legs whose time this page keeps
const turns = new Map(); // leg -> how often the line spoke: keys meant for an earlier turn are dropped
const names = new Map(); // leg -> name of the telephone
const timers = new Map(); // leg -> running timeout
const cards = new Map(); // number -> card of a second telephone
const rings = new Map(); // leg of an unanswered telephone -> when to give up

/* ---- Asking the server, one thing after the other ---- */

let chain = Promise.resolve();
let waiting = 0;

function inTurn(work) {
  waiting += 1;
  const done = chain.then(work).catch((error) => { console.error(error); fault("Le serveur de démonstration ne répond pas. "); });
  chain = done.finally(() => { waiting -= 1; });
  return chain;
}

async function read(response) {
  if (!(response.headers.get("content-type") || "").includes("json")) throw new Error(response.status);
  apply(await response.json());
}

async function post(deed) {
  await answered(deed.leg, fetch("/demo/act", {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ ...deed, since, mine }),
  }));
}

/** What somebody did is answered: from now on what is said of her telephone is news again. */
async function answered(leg, asking) {
  let response;
  try { response = await asking; } finally { held.delete(leg); }
  await read(response);
}

function act(deed) {
  if (deed.leg !== undefined) hold(deed.leg);
  return inTurn(() => post(deed));
}

// Until the answer comes, nothing is awaited from this person: what was asked before she did something tells the state
// before it.
function hold(leg) {
  disarm(leg);
  held.add(leg);
  expects.set(leg, { is: "service" });
}

function sendSound(leg, seconds, key, wav) {
  hold(leg);
  return inTurn(async () => {
    const query = new URLSearchParams({ leg, seconds, since });
    if (key) query.set("key", key);
    await answered(leg, fetch(`/demo/sound?${query}`, { method: "POST", headers: { "content-type": "audio/wav" }, body: wav }));
  });
}

function look() {
  if (waiting > 0) return;
  inTurn(async () => {
    const query = new URLSearchParams({ since });
    if (mine !== null) query.set("leg", mine);
    await read(await fetch(`/demo/state?${query}`));
  });
}

/* ---- What happened ---- */

function apply(view) {
  if (!loaded) furnish(view);
  if (view.leg && view.leg.id !== mine) takeCall(view.leg.id);
  for (const phone of view.phones) if (phone.leg) names.set(phone.leg.id, phone.name);
  for (const event of view.happened) if (loaded || event.what === "text") tell(event);
  since = view.next;
  loaded = true;
  if (view.fault) fault(view.fault);
  if (view.leg) learn(view.leg);
  for (const phone of view.phones) showDesk(phone);
  for (const leg of owned) arm(leg);
  showCall();
}

function learn({ id, expect }) {
  if (held.has(id)) return;
  if (JSON.stringify(expects.get(id)) === JSON.stringify(expect)) return;
  disarm(id);
  expects.set(id, expect);
  if (expect.is === "ended") { silence(id); owned.delete(id); if (id === mine) closeMessage(); }
}

function takeCall(leg) {
  mine = leg;
  owned.add(leg);
  typed = "";
}

function tell(event) {
  const leg = event.leg;
  const name = names.get(leg);
  switch (event.what) {
    case "heard": {
      turns.set(leg, (turns.get(leg) || 0) + 1);
      if (leg === mine) typed = "";
      const line = write(leg, event);
      if (owned.has(leg)) speak({ ...event, line });
      break;
    }
    case "rings":
      cardOf(leg)?.clear();
      if (mine !== null) note(`${capital(theName(event.name))} sonne.`);
      break;
    case "stops_ringing":
      if (mine !== null && name) note(`${capital(theName(name))} ne sonne plus.`);
      break;
    case "bridged":
      if (leg === mine) note(`Vous êtes en communication avec ${theName(names.get(event.other) || "un agent")}.`);
      break;
    case "ended":
      if (leg === mine) note(event.by_line ? "La ligne a raccroché." : "Vous avez raccroché.");
      else cardOf(leg)?.note("Raccroché.");
      break;
    case "text":
      showText(event);
      break;
  }
}

/* ---- Speaking ---- */

const toSpeak = [];
let speaking = null;

function speak(item) {
  toSpeak.push(item);
  next();
}

function next() {
  if (speaking || toSpeak.length === 0) return;
  const item = toSpeak.shift();
  const said = { ...item, over: false };
  speaking = said;
  said.line?.classList.add("now");
  said.stop = begin(said, { silent, voiced: find("voix").checked }, () => {
    if (said.over) return;
    said.over = true;
    said.line?.classList.remove("now");
    speaking = null;
    next();
    arm(said.leg);
    showCall();
  });
  showCall();
}

// Nothing more is said to this person.
function silence(leg) {
  for (let index = toSpeak.length - 1; index >= 0; index -= 1) if (toSpeak[index].leg === leg) toSpeak.splice(index, 1);
  if (speaking?.leg === leg) speaking.stop();
}

const isSpeaking = (leg) => speaking?.leg === leg || toSpeak.some((item) => item.leg === leg);

/* ---- Time ---- */

function arm(leg) {
  const expect = expects.get(leg);
  if (!expect || timers.has(leg) || isSpeaking(leg) || !owned.has(leg)) return;
  if (expect.is === "keys" || expect.is === "ringing") countDown(leg, expect.timeout_s * 1000 * patience);
  else if (expect.is === "listening") countDown(leg, 0);
  else if (expect.is === "record") openMessage(leg, expect);
}

function countDown(leg, milliseconds) {
  timers.set(leg, setTimeout(() => act({ do: "silence", leg }), milliseconds));
  if (leg === mine) gauge(milliseconds);
}

function disarm(leg) {
  clearTimeout(timers.get(leg));
  timers.delete(leg);
  if (leg === mine) gauge(0);
}

let moving = null;
function gauge(milliseconds) {
  moving?.cancel();
  moving = null;
  if (milliseconds > 0) {
    moving = find("jauge").animate([{ transform: "scaleX(1)" }, { transform: "scaleX(0)" }], { duration: milliseconds });
  }
}

/* ---- Keys ---- */

function press(leg, key) {
  const expect = expects.get(leg);
  if (!expect || expect.is === "ended") return;
  if (leg === mine) sound([[keyTone(key), 0.12]]);
  if (expect.is === "record" && message?.leg === leg) {
    if (expect.finish.includes(key)) finishMessage(key);
    return;
  }
  if (speaking?.leg === leg && !speaking.interruptible) {
    if (leg === mine) say("La ligne n'écoute pas encore les touches.");
    return;
  }
  if (expect.is !== "keys") return;
  silence(leg);
  disarm(leg);
  if (leg === mine) showTyped(key);
  const turn = turns.get(leg);
  inTurn(async () => {
    // Once the line has gone on, the key is lost, as on a real line.
    if (turns.get(leg) === turn) await post({ do: "press", leg, key });
  });
}

let bubble = null;
function showTyped(key) {
  if (typed === "" || !bubble) {
    bubble = document.createElement("li");
    bubble.className = "me";
    append(bubble);
  }
  typed += key;
  bubble.textContent = `Vous tapez ${[...typed].join(" ")}`;
  find("numero").textContent = [...typed].join(" ");
  const button = document.querySelector(`#clavier [data-key="${CSS.escape(key)}"]`);
  button?.classList.add("down");
  setTimeout(() => button?.classList.remove("down"), 150);
}

/* ---- Leaving a message ---- */

let message = null;

async function openMessage(leg, expect) {
  if (leg !== mine) { if (!timers.has(leg)) countDown(leg, expect.timeout_s * 1000 * patience); return; }
  if (message) return;
  const turn = turns.get(leg);
  message = { leg, expect, begun: performance.now(), turn };
  sound([[1000, 0.35]]);
  find("message").hidden = false;
  find("dit").value = "";
  const usesHash = expect.finish.includes("#");
  find("fini").textContent = usesHash ? "C'est dit, dièse" : "C'est dit";
  const microphone = silent ? null : await openMicrophone(expect.timeout_s * 1000 * patience, () => {
    if (message?.turn === turn && find("dit").value === "") finishMessage(null);
  });
  if (message?.turn !== turn) { microphone?.close(); return; }
  message.microphone = microphone;
  find("micro").textContent = microphone
    ? "Le micro enregistre. Dièse pour finir, ou taisez-vous."
    : "Pas de micro ici.";
  if (!microphone) { find("dit").focus(); quietAfter(Math.max(expect.timeout_s, 30)); }
  message.longest = setTimeout(() => finishMessage(null), expect.max_s * 1000);
  showCall();
}

// Without a microphone, somebody who writes nothing says nothing.
function quietAfter(seconds) {
  clearTimeout(message.quiet);
  message.quiet = setTimeout(() => { if (find("dit").value === "") finishMessage(null); }, seconds * 1000 * patience);
}

async function finishMessage(key) {
  if (!message) return;
  const { leg, microphone, begun, longest, quiet } = message;
  const written = find("dit").value.trim();
  clearTimeout(longest);
  clearTimeout(quiet);
  message = null;
  hold(leg);
  find("message").hidden = true;
  if (document.activeElement === document.body || find("message").contains(document.activeElement)) find("clavier").focus();
  const heard = microphone ? await microphone.close() : null;
  if (written !== "") {
    const seconds = Math.max(1, Math.round(written.split(/\s+/).length * 60 / 130));
    me(`Vous dites : « ${written} »`);
    return act({ do: "record", leg, seconds, key });
  }
  if (heard && heard.spoke) {
    const seconds = Math.max(1, Math.round((performance.now() - begun) / 1000));
    me(`Vous parlez ${seconds} seconde${seconds > 1 ? "s" : ""}.`);
    return sendSound(leg, seconds, key, heard.wav);
  }
  me("Vous ne dites rien.");
  return act({ do: "record", leg, seconds: 0, key });
}

function closeMessage() {
  if (!message) return;
  clearTimeout(message.longest);
  clearTimeout(message.quiet);
  message.microphone?.close();
  message = null;
  find("message").hidden = true;
}

/* ---- Tones ---- */

const sound = (notes) => { if (!silent && find("voix").checked) play(notes); };
const keyTone = (key) => 700 + 45 * "123456789*0#".indexOf(key);
setInterval(() => { if (expects.get(mine)?.is === "ringing" && !isSpeaking(mine)) sound([[440, 1.4]]); }, 4500);

/* ---- What is seen ---- */

const KEYS = [["1", ""], ["2", "ABC"], ["3", "DEF"], ["4", "GHI"], ["5", "JKL"], ["6", "MNO"], ["7", "PQRS"], ["8", "TUV"],
  ["9", "WXYZ"], ["*", "étoile"], ["0", "+"], ["#", "dièse"]];

function furnish(view) {
  find("nom").textContent = view.line.name;
  document.title = `${view.line.name} — le téléphone`;
  for (const { name, number } of view.callers) find("appelant").append(new Option(`${name} — ${number}`, number));
  find("appelant").append(new Option("Un numéro masqué", "masqué"), new Option("Un autre numéro…", "autre"));
  find("numero").textContent = view.line.number;
}

function append(item) {
  const journal = find("journal");
  const atEnd = journal.scrollHeight - journal.scrollTop - journal.clientHeight < 80;
  find("vide").hidden = true;
  journal.append(item);
  if (atEnd) journal.scrollTop = journal.scrollHeight;
}

function entry(text, kind) {
  const item = document.createElement("li");
  if (kind) item.className = kind;
  item.textContent = text;
  return item;
}

const note = (text) => append(entry(text, "event"));
const me = (text) => append(entry(text, "me"));
const fault = (text) => { if (find("journal").lastElementChild?.textContent !== text) append(entry(text, "fault")); };
const languages = new Intl.DisplayNames(["fr"], { type: "language" });

// Writes what the line said where the person who heard it is shown.
function write(leg, { lang, text, audio }) {
  const item = entry(audio ? "(un enregistrement)" : text, "");
  item.dir = "auto";
  if (lang) item.lang = lang;
  if (lang && !lang.startsWith("fr")) {
    const tag = document.createElement("span");
    tag.className = "tag";
    tag.lang = "fr";
    tag.textContent = languages.of(lang === "arb" ? "ar" : lang.split("-")[0]);
    item.prepend(tag);
  }
  if (leg === mine) find("paroles").textContent = text;
  if (leg === mine) append(item); else cardOf(leg)?.add(item);
  return item;
}

function say(text) {
  if (find("etat").textContent !== text) find("etat").textContent = text;
}

function showCall() {
  const expect = expects.get(mine);
  const live = Boolean(expect) && expect.is !== "ended";
  const listening = live && expect.is === "keys" && !(speaking?.leg === mine && !speaking.interruptible);
  say(live ? stateOf(expect) : expect ? "Appel terminé" : "Raccroché");
  document.querySelector(".screen").dataset.state = live ? expect.is : "idle";
  if (live) find("numero").textContent = [...typed].join(" ");
  find("appeler").disabled = live;
  find("raccrocher").disabled = !live;
  find("appelant").disabled = live;
  for (const button of document.querySelectorAll("#clavier button")) button.setAttribute("aria-disabled", String(live && !listening && expect.is !== "record"));
}

function stateOf(expect) {
  if (isSpeaking(mine)) return "La ligne vous parle…";
  switch (expect.is) {
    case "keys":
      if (expect.max === 1) return "À vous : une touche";
      return expect.finish ? `À vous : tapez, puis ${SPOKEN[expect.finish] || expect.finish}` : `À vous : ${expect.max} touches`;
    case "record": return "Parlez, la ligne écoute";
    case "ringing": return "Cela sonne chez quelqu'un…";
    case "bridged": return "En communication";
    default: return "Un instant…";
  }
}

function showText({ from, to, body }) {
  const item = document.createElement("li");
  const head = document.createElement("small");
  head.textContent = `Au ${to}, de ${from}`;
  item.append(head, body);
  find("sms").prepend(item);
  find("aucun-sms").hidden = true;
}

const cardOf = (leg) => [...cards.values()].find((card) => card.leg === leg);

/* ---- Second telephones ---- */

function showDesk(phone) {
  const card = cards.get(phone.number) || newCard(phone);
  const expect = phone.leg?.expect ?? { is: "ended" };
  card.leg = phone.leg?.id ?? card.leg;
  if (phone.leg) {
    if (expect.is !== "incoming" && card.answered === phone.leg.id) owned.add(phone.leg.id);
    learn(phone.leg);
  } else if (card.leg !== null && owned.has(card.leg)) learn({ id: card.leg, expect });
  card.show(expect.is);
  giveUp(phone, expect.is);
}

// A telephone that nobody here answers does not ring for ever.
function giveUp(phone, is) {
  const leg = phone.leg?.id;
  if (is === "incoming" && !rings.has(leg)) {
    rings.set(leg, setTimeout(() => {
      if (expects.get(leg)?.is === "incoming") act({ do: "let_ring", number: phone.number });
    }, 45000 * patience));
  }
}

function newCard(phone) {
  const card = deskCard(phone, entry, {
    take: () => { card.answered = card.leg; owned.add(card.leg); act({ do: "answer", number: phone.number }); },
    refuse: () => act({ do: "refuse", number: phone.number }),
    drop: () => { silence(card.leg); act({ do: "hang_up", leg: card.leg }); },
    press: (key) => { card.note(`Tape ${key}`); press(card.leg, key); },
  });
  find("postes").append(card.box);
  cards.set(phone.number, card);
  return card;
}

/* ---- Hands ---- */

function callTheLine() {
  if (expects.get(mine) && expects.get(mine).is !== "ended") return;
  const chosen = find("appelant").value;
  const from = chosen === "masqué" ? null : chosen === "autre" ? find("autre").value : chosen;
  find("journal").replaceChildren();
  find("paroles").textContent = "";
  expects.delete(mine);
  say("Cela sonne…");
  note(`Vous appelez depuis ${from === null ? "un numéro masqué" : `le ${from}`}.`);
  act({ do: "call", from });
  find("clavier").focus({ preventScroll: true });
}

function hangUp() {
  if (mine === null || expects.get(mine)?.is === "ended") return;
  silence(mine);
  closeMessage();
  act({ do: "hang_up", leg: mine });
}

for (const [key, letters] of KEYS) find("clavier").append(keyButton(key, letters, (pressed) => press(mine, pressed)));
find("appeler").addEventListener("click", callTheLine);
find("raccrocher").addEventListener("click", hangUp);
find("fini").addEventListener("click", () => finishMessage(message?.expect.finish.includes("#") ? "#" : message?.expect.finish[0] ?? null));
find("muet").addEventListener("click", () => { find("dit").value = ""; finishMessage(null); });
find("dit").addEventListener("input", () => { if (message) quietAfter(Math.max(message.expect.timeout_s, 30)); });
find("appelant").addEventListener("change", () => { find("autre").hidden = find("appelant").value !== "autre"; });
find("voix").addEventListener("change", () => { if (!find("voix").checked && speaking) speaking.stop(); });
if (silent) find("voix").checked = false;

document.addEventListener("keydown", (event) => {
  if (!find("raccourcis").checked || event.ctrlKey || event.altKey || event.metaKey || event.repeat) return;
  if (event.key === "Escape") { hangUp(); return; }
  if (event.target.matches("input:not([type=checkbox]), textarea, select")) return;
  if (/^[0-9*#]$/.test(event.key)) { event.preventDefault(); press(mine, event.key); }
});

look();
setInterval(look, silent ? 150 : 700);
