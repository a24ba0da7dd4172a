// Two short tones made in the browser: an alert, and a message of one's own customer. Browsers allow sound after a click.

let context = null;

function tone(frequency, from, length) {
  const oscillator = context.createOscillator();
  const volume = context.createGain();
  oscillator.frequency.value = frequency;
  oscillator.connect(volume).connect(context.destination);
  volume.gain.setValueAtTime(0.0001, context.currentTime + from);
  volume.gain.exponentialRampToValueAtTime(0.2, context.currentTime + from + 0.02);
  volume.gain.exponentialRampToValueAtTime(0.0001, context.currentTime + from + length);
  oscillator.start(context.currentTime + from);
  oscillator.stop(context.currentTime + from + length + 0.05);
}

export function ring(kind) {
  document.documentElement.dataset.rang = Number(document.documentElement.dataset.rang ?? 0) + 1;
  if (localStorage.getItem("carebot.sound") === "off") return;
  try {
    context ??= new AudioContext();
    context.resume();
    if (kind === "alert") {
      tone(740, 0, 0.18);
      tone(988, 0.2, 0.28);
    } else {
      tone(587, 0, 0.14);
    }
  } catch {
    // a machine without sound shows the alert all the same
  }
}

export const isOn = () => localStorage.getItem("carebot.sound") !== "off";
export const turn = (on) => localStorage.setItem("carebot.sound", on ? "on" : "off");
