// The microphone, while a message is left: it records, notices silence, and gives what was said as a WAV file.

// Opens the microphone; null where there is none, or where the person does not allow it.
export async function openMicrophone(silenceMs, onSilence) {
  try {
    const stream = await navigator.mediaDevices.getUserMedia({ audio: true });
    return listen(stream, silenceMs, onSilence);
  } catch {
    return null;
  }
}

// Records, and ends the message after the silence that the line asked for.
function listen(stream, silenceMs, onSilence) {
  const context = new AudioContext();
  const meter = context.createAnalyser();
  context.createMediaStreamSource(stream).connect(meter);
  const recorder = new MediaRecorder(stream);
  const chunks = [];
  recorder.ondataavailable = (event) => chunks.push(event.data);
  recorder.start();
  const samples = new Float32Array(meter.fftSize);
  let spoke = false;
  let quietSince = performance.now();
  const watch = setInterval(() => {
    meter.getFloatTimeDomainData(samples);
    const loudness = Math.sqrt(samples.reduce((sum, sample) => sum + sample * sample, 0) / samples.length);
    if (loudness > 0.015) { spoke = true; quietSince = performance.now(); }
    if (performance.now() - quietSince > silenceMs) onSilence();
  }, 150);
  const close = () => new Promise((resolve) => {
    clearInterval(watch);
    recorder.onstop = async () => {
      stream.getTracks().forEach((track) => track.stop());
      const wav = await toWav(context, new Blob(chunks)).catch(() => null);
      context.close();
      resolve(wav ? { spoke, wav } : null);
    };
    if (recorder.state === "inactive") resolve(null); else recorder.stop();
  });
  return { close };
}

// 8,000 samples a second, 16 bits, one channel: what a telephone carries.
async function toWav(context, blob) {
  const sound = await context.decodeAudioData(await blob.arrayBuffer());
  const line = new OfflineAudioContext(1, Math.max(1, Math.ceil(sound.duration * 8000)), 8000);
  const source = line.createBufferSource();
  source.buffer = sound;
  source.connect(line.destination);
  source.start();
  const samples = (await line.startRendering()).getChannelData(0);
  const wav = new DataView(new ArrayBuffer(44 + samples.length * 2));
  const word = (at, letters) => [...letters].forEach((letter, index) => wav.setUint8(at + index, letter.charCodeAt(0)));
  word(0, "RIFF"); wav.setUint32(4, 36 + samples.length * 2, true); word(8, "WAVEfmt ");
  wav.setUint32(16, 16, true); wav.setUint16(20, 1, true); wav.setUint16(22, 1, true);
  wav.setUint32(24, 8000, true); wav.setUint32(28, 16000, true); wav.setUint16(32, 2, true); wav.setUint16(34, 16, true);
  word(36, "data"); wav.setUint32(40, samples.length * 2, true);
  samples.forEach((sample, index) => wav.setInt16(44 + index * 2, Math.max(-1, Math.min(1, sample)) * 32767, true));
  return wav.buffer;
}
