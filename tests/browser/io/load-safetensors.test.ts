import { expect, test } from 'vitest';
import { loadSafetensors, writeSafetensors } from '../../../src/lib/io/index.js';
import url from '../../../fixtures/minilm-pair.safetensors?url';

test('a browser loads a trace from its URL, a Blob, and bytes it wrote itself', async () => {
  const fromUrl = await loadSafetensors(url);
  const absolute = await loadSafetensors(new URL(url, location.href));
  const blob = await (await fetch(url)).blob();
  const again = await loadSafetensors(await writeSafetensors(await loadSafetensors(blob)));
  for (const trace of [fromUrl, absolute, again]) {
    const stream = trace.stream('self');
    const words = stream.queryTokens.map((token) => token.text);
    const block = await stream
      .matrix(3, 1)
      .block({ row: words.indexOf('them'), col: words.indexOf('keys'), rows: 1, cols: 1 });
    // float16 bits of a weight over 0.9
    expect(block.data[block.offset]).toBeGreaterThan(0x3b33);
  }
});

test('a page in place of the file is called one', async () => {
  await expect(loadSafetensors('/no-such-file')).rejects.toMatchObject({
    code: 'file',
    place: '/no-such-file',
  });
});
