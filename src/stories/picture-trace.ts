import { createTrace, type Trace } from '../lib/index.js';

const scene = `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 240 240">
<rect width="240" height="240" fill="#bfe0f5"/><rect y="160" width="240" height="80" fill="#7fb069"/>
<circle cx="190" cy="50" r="26" fill="#f6c945"/>
<rect x="50" y="110" width="80" height="70" fill="#e8d5b7"/><path d="M40 112 90 66 140 112Z" fill="#a8443a"/>
<rect x="82" y="142" width="20" height="38" fill="#6b4a2f"/>
<rect x="176" y="130" width="10" height="50" fill="#6b4a2f"/><circle cx="181" cy="118" r="28" fill="#3f7d43"/></svg>`;
const src = `data:image/svg+xml,${encodeURIComponent(scene)}`;

/** Where things are in the picture, from 0 to 1: what the words look at. */
const places: Record<string, readonly [x: number, y: number, size: number]> = {
  ' sun': [190 / 240, 50 / 240, 0.09],
  ' house': [90 / 240, 145 / 240, 0.14],
  ' roof': [90 / 240, 92 / 240, 0.11],
  ' tree': [181 / 240, 122 / 240, 0.11],
};

/** A picture in a prompt, and attention that is made, not recorded: words look at what they name, all look at the first token. */
export function pictureTrace(rows = 24, cols = 24): Trace {
  const patches = rows * cols;
  const words = 'Describe the picture: the sun shines on a house with a red roof beside a tree.';
  const text = words.match(/ ?\w+|[^\w\s]/g)!;
  const tokens = ['<s>', ...Array.from({ length: patches }, () => '<image>'), ...text];
  const n = tokens.length;
  const data = new Float32Array(n * n);
  tokens.forEach((token, query) => {
    const row = data.subarray(query * n, (query + 1) * n);
    for (let key = 0; key <= query; key++) row[key] = 0.4 / (query + 1);
    row[0]! += 0.3;
    const [x, y, size] = places[token] ?? [0.5, 0.5, 10];
    let sum = 0;
    const near = new Float32Array(patches);
    for (let i = 0; i < Math.min(patches, query); i++) {
      const [dx, dy] = [((i % cols) + 0.5) / cols - x, (Math.floor(i / cols) + 0.5) / rows - y];
      sum += near[i] = Math.exp(-(dx * dx + dy * dy) / (2 * size * size));
    }
    for (let i = 0; i < Math.min(patches, query); i++) row[1 + i]! += (0.3 * near[i]!) / sum;
    const total = row.reduce((a, b) => a + b);
    for (let key = 0; key < n; key++) row[key]! /= total;
  });
  return createTrace({
    tokens,
    attention: { dims: [1, 1, n, n], data },
    causal: true,
    segments: [
      { name: 'picture', start: 1, end: 1 + patches, image: { src, rows, cols } },
      { name: 'prompt', start: 1 + patches, end: n },
    ],
  });
}

/** Two seconds of sound, 20 ms a position as in Whisper's encoder: made, each looks at what is near. */
export function soundTrace(): Trace {
  const n = 100;
  const attention = Array.from({ length: n }, (_, query) => {
    const row = Array.from({ length: n }, (_, key) => Math.exp(-((query - key) ** 2) / 50));
    const sum = row.reduce((a, b) => a + b);
    return row.map((weight) => weight / sum);
  });
  return createTrace({
    attention: [[attention]],
    segments: [{ name: 'sound', start: 0, end: n, axis: { unit: 's', step: 0.02 } }],
  });
}
