// knock.js plays the sound that tells a host that somebody knocks.

let context;

/** Makes sound possible: browsers allow it only after a gesture on the page. */
export function allowSound() {
  context ??= new AudioContext();
  context.resume();
}

/** Plays two soft notes, if sound is possible. */
export function playKnock() {
  if (context?.state !== "running") return;
  for (const [delay, frequency] of [[0, 660], [0.18, 880]]) note(context.currentTime + delay, frequency);
}

function note(start, frequency) {
  const volume = new GainNode(context, { gain: 0 });
  volume.gain.setTargetAtTime(0.15, start, 0.01);
  volume.gain.setTargetAtTime(0, start + 0.08, 0.06);
  const tone = new OscillatorNode(context, { frequency });
  tone.connect(volume).connect(context.destination);
  tone.start(start);
  tone.stop(start + 0.6);
}
