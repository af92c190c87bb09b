/* Soft sounds, made here and not played from a file. A browser plays none before somebody has
   pressed something, so the press that begins a shift unlocks them, and any press after that.
   Whether there is sound is kept on this device. */
const SWITCH = "spits-sound";
const RING = [[880, 0], [1174.7, 0.16]]; // two tones: hertz, and seconds from the beginning
const TONE = 0.45; // seconds until a tone has died away
const SOFT = 0.08;
let context = null;
let hasNone = false; // this browser has no sound, or refuses it

export const isWanted = () => localStorage.getItem(SWITCH) !== "off";

export function want(isSo) {
  localStorage.setItem(SWITCH, isSo ? "on" : "off");
}

/* "on", "off" (switched off here), "locked" (until something is pressed) or "none". */
export function soundState() {
  if (hasNone) return "none";
  if (!isWanted()) return "off";
  return context?.state === "running" ? "on" : "locked";
}

/* To be called while something is being pressed. */
export async function unlock() {
  if (hasNone || !isWanted()) return;
  try {
    context ??= new AudioContext();
    if (context.state !== "running") await context.resume();
  } catch {
    hasNone = true;
  }
}

export function ring() {
  if (soundState() !== "on") return;
  for (const [pitch, after] of RING) {
    const begins = context.currentTime + after;
    const tone = context.createOscillator();
    const loudness = context.createGain();
    tone.frequency.value = pitch;
    loudness.gain.setValueAtTime(SOFT, begins);
    loudness.gain.exponentialRampToValueAtTime(0.0001, begins + TONE);
    tone.connect(loudness).connect(context.destination);
    tone.start(begins);
    tone.stop(begins + TONE);
  }
}
