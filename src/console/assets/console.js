// Adds to the pages what needs a script: changes that appear by themselves, a sound when somebody is in danger, a claim
// that is renewed while its page is open, a warning before a session ends. Without it every page works all the same.

const region = document.querySelector("[data-live]");
const status = document.getElementById("direct");
const pause = document.getElementById("pause");
const alerts = document.getElementById("alertes");
const watch = document.getElementById("veille");
const say = (text) => { if (status && status.textContent !== text) status.textContent = text; };

// --- What changes by itself -------------------------------------------------------------------------------------------

let paused = sessionStorage.getItem("pause") === "1";
let asking = false;
let again = false;
let cut = false;      // nobody tells of changes
let refused = false;  // the page was asked for again in vain
let out = false;      // the session is over
let retry;
const AGAIN = 3_000;
const NAME = region?.dataset.live === "file" ? "liste" : "page";

const count = (root) => root.querySelectorAll("[data-key]").length;

/** Puts the new region in the place of the old one; the focus and the place on the page stay where they were. */
function swap(fresh) {
  const before = count(region);
  const focused = region.contains(document.activeElement) ? document.activeElement.id : "";
  region.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
  fill();
  const more = count(region) - before;
  if (more > 0) say(more === 1 ? "Un rappel de plus vient d'arriver." : `${more} rappels de plus viennent d'arriver.`);
}

/** How the line's own call goes is told beside the form too; how it ended fills it in, unless she chose already. */
function fill() {
  const call = region.querySelector("[data-call]");
  const beside = document.getElementById("appel");
  if (call && beside && beside.textContent !== call.textContent) beside.textContent = call.textContent;
  const ended = region.querySelector("[data-fills]");
  const choice = document.getElementById("issue");
  if (ended && choice && !choice.value) choice.value = ended.dataset.fills;
}

async function refresh() {
  if (asking) { again = true; return; }
  asking = true;
  try {
    const from = region ? region.dataset.from ?? location.href : "/console/alertes";
    const answer = await fetch(from, { headers: { "X-Fragment": "1" } });
    if (answer.status === 401) return signedOut();
    if (answer.status >= 500) throw new Error("not now");
    if (refused) { refused = false; follows(); }
    if (answer.ok) {
      const page = new DOMParser().parseFromString(await answer.text(), "text/html");
      danger(page);
      if (region && !paused && differs(page.body, region)) swap(page.body);
    }
  } catch {
    refused = true;
    follows();
    clearTimeout(retry);
    retry = setTimeout(refresh, AGAIN);
  } finally {
    asking = false;
    if (again) { again = false; refresh(); }
  }
}

/** Danger is asked for even where the list stands still. */
function changed() {
  refresh();
  if (paused) say(`En pause : la ${NAME} a changé depuis. Reprenez pour la voir.`);
}

/** Whether what is shown follows what happens; where it does not because something failed, that stays in sight. */
function follows() {
  const lost = cut || refused;
  if (lost) say(`La connexion est perdue : la ${NAME} peut être en retard. Nouvel essai en cours.`);
  else if (region) say(paused ? `En pause : la ${NAME} ne change pas.` : `Cette ${NAME} se met à jour toute seule.`);
  if (!status) return lostIsSaid(lost);
  status.parentElement.classList.toggle("lost", lost);
  pause.textContent = paused ? "Reprendre les mises à jour" : "Mettre en pause";
}

const LOST = "La connexion est perdue : un danger n'apparaîtrait pas sur cette page. Nouvel essai en cours.";

/** On a page that has no word on changes. */
function lostIsSaid(lost) {
  if (lost) warn(LOST);
  else if (watch.textContent === LOST) watch.hidden = true;
}

/** One page of the browser listens and tells the others: a browser opens few connections at a time. */
function listen(tell) {
  const stream = new EventSource("/console/flux");
  stream.addEventListener("change", () => tell("change"));
  stream.addEventListener("open", () => tell("open"));
  stream.addEventListener("error", () => {
    tell("error");
    if (stream.readyState !== EventSource.CLOSED) return;
    // The browser tries again by itself, but not where something else than a stream was answered: a proxy whose service
    // is away, a session that is over.
    refresh();
    setTimeout(() => { if (!out) listen(tell); }, AGAIN);
  });
}

function heard(what) {
  if (what === "change") return changed();
  if (what === "error") {
    cut = true;
    return follows();
  }
  if (cut) { cut = false; follows(); changed(); }
}

function start() {
  follows();
  if (pause) pause.hidden = false;
  pause?.addEventListener("click", () => {
    paused = !paused;
    sessionStorage.setItem("pause", paused ? "1" : "0");
    follows();
    if (!paused) refresh();
  });
  const channel = new BroadcastChannel("ligne");
  channel.addEventListener("message", (message) => heard(message.data));
  const tell = (what) => { heard(what); channel.postMessage(what); };
  // Deadlines pass without anything having changed.
  setInterval(changed, 60_000);
  if (!navigator.locks) return listen(tell);
  navigator.locks.request("ligne-flux", () => { listen(tell); return new Promise(() => {}); });
}

// --- Somebody in danger -----------------------------------------------------------------------------------------------

const differs = (fresh, shown) =>
  fresh.textContent !== shown.textContent || fresh.childElementCount !== shown.childElementCount;

let known = Number(alerts?.dataset.danger ?? 0);

/** Takes what nobody may miss out of what came, and shows it: a screen reader says it at once. */
function danger(page) {
  const fresh = page.getElementById("alertes");
  if (!fresh) return;
  fresh.remove();
  const now = Number(fresh.dataset.danger);
  if (now > known) ring();
  known = now;
  if (!differs(fresh, alerts)) return;
  const focused = alerts.contains(document.activeElement) ? document.activeElement.id : "";
  alerts.replaceChildren(...[...fresh.childNodes].map((node) => document.importNode(node, true)));
  if (focused) document.getElementById(focused)?.focus({ preventScroll: true });
}

const sound = document.getElementById("son");
if (sound) {
  sound.hidden = false;
  sound.addEventListener("click", ring);
}

/** Two short tones; a browser that was not touched yet stays silent, the banner does not. */
function ring() {
  try {
    const sound = new AudioContext();
    for (const [at, pitch] of [[0, 660], [0.25, 880]]) {
      const tone = sound.createOscillator();
      const volume = sound.createGain();
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.2, sound.currentTime + at);
      volume.gain.exponentialRampToValueAtTime(0.001, sound.currentTime + at + 0.22);
      tone.connect(volume).connect(sound.destination);
      tone.start(sound.currentTime + at);
      tone.stop(sound.currentTime + at + 0.24);
    }
  } catch { /* no sound on this machine */ }
}

// --- A claim, a session -----------------------------------------------------------------------------------------------

const post = (path, token) =>
  fetch(path, { method: "POST", body: new URLSearchParams({ jeton: token }), headers: { "X-Fragment": "1" } });
const renewed = document.querySelector("[data-renew]");
if (renewed) {
  setInterval(async () => {
    const answer = await post(renewed.dataset.renew, renewed.dataset.token);
    if (answer.status === 401) signedOut();
    else if (answer.status === 409) warn("Ce rappel n'est plus à vous : rechargez la page avant d'écrire.");
  }, 5 * 60_000);
}

function warn(text) {
  watch.textContent = text;
  watch.hidden = false;
}

function signedOut() {
  out = true;
  warn("Votre session est terminée. Ce que vous écrivez n'est pas perdu : enregistrez, puis connectez-vous.");
}

// --- What is typed ----------------------------------------------------------------------------------------------------

/** Whoever leaves what she typed is asked first: a link is quickly touched. What a page refused is not kept either. */
let typed = document.querySelector("main .fault[role=alert]") !== null;
addEventListener("input", (event) => {
  const field = event.target;
  if (field.form?.method === "post" && field.matches("textarea, input:not([type=checkbox], [type=radio])")) typed = true;
});
addEventListener("submit", () => { typed = false; });
addEventListener("beforeunload", (event) => { if (typed) event.preventDefault(); });

const idle = Number(document.body.dataset.idle ?? 0);
if (idle > 5) {
  setTimeout(() => warn("Votre session se termine dans 5 minutes. Enregistrez, ou ouvrez une page, pour rester."), (idle - 5) * 60_000);
}

if (alerts && window.EventSource) start();
