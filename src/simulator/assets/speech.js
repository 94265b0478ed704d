// How what the line says is said: by the browser's voice, by a sound file, or in silence for as long as hearing it takes.

window.speechSynthesis?.getVoices(); // the list is only filled once it was asked for

// Begins to say something and gives the way to stop it; `done` comes when it is over or stopped.
export function begin(item, { silent, voiced }, done) {
  if (silent) { const timer = setTimeout(done, 0); return () => { clearTimeout(timer); done(); }; }
  if (!voiced) return wait(item.lasts_ms, done);
  if (item.audio) return playSound(item, done);
  const voice = voiceOf(item.lang);
  if (!voice) return wait(item.lasts_ms, done);
  const words = new SpeechSynthesisUtterance(item.text);
  Object.assign(words, { lang: item.lang, voice, rate: 0.9 });
  // Some browsers never say that they have finished.
  const stopWaiting = wait(item.lasts_ms * 1.6 + 3000, done);
  const over = () => { stopWaiting(); done(); };
  words.onend = over;
  words.onerror = over;
  speechSynthesis.speak(words);
  return () => { words.onend = null; words.onerror = null; speechSynthesis.cancel(); over(); };
}

function wait(milliseconds, done) {
  const timer = setTimeout(done, milliseconds);
  return () => { clearTimeout(timer); done(); };
}

function playSound(item, done) {
  const sound = new Audio(item.audio);
  sound.onended = done;
  sound.onerror = done;
  sound.play().catch(done);
  return () => { sound.pause(); done(); };
}

function voiceOf(tag) {
  if (!("speechSynthesis" in window)) return null;
  const language = (tag === "arb" ? "ar" : tag).split("-")[0];
  const voices = speechSynthesis.getVoices();
  return voices.find((voice) => voice.lang === tag) || voices.find((voice) => voice.lang.split(/[-_]/)[0] === language) || null;
}

let tones = null;

// Plays notes one after the other: [pitch in hertz, seconds].
export function play(notes) {
  tones ||= new AudioContext();
  let at = tones.currentTime;
  for (const [pitch, seconds] of notes) {
    const note = tones.createOscillator();
    const volume = tones.createGain();
    volume.gain.value = 0.06;
    note.frequency.value = pitch;
    note.connect(volume).connect(tones.destination);
    note.start(at);
    note.stop(at + seconds);
    at += seconds;
  }
}
