// What a notebook loads for each view. The code of the views comes from the kernel, once a page: all views then share it, and with it
// one WebGL context; and a saved notebook holds it but once.
const version = 1;

/** Bytes in whatever form a host hands them on; marimo turns them into base64. */
function bytesOf(buffer) {
  if (typeof buffer === 'string') return Uint8Array.from(atob(buffer), (c) => c.charCodeAt(0));
  if (buffer instanceof ArrayBuffer) return new Uint8Array(buffer);
  return new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength);
}

async function importCode(gzipped) {
  const stream = new Blob([gzipped]).stream().pipeThrough(new DecompressionStream('gzip'));
  const url = URL.createObjectURL(
    new Blob([await new Response(stream).arrayBuffer()], { type: 'text/javascript' }),
  );
  try {
    return await import(/* @vite-ignore */ url);
  } finally {
    URL.revokeObjectURL(url);
  }
}

/** Asks the kernel for the code, again until it answers: what is sent before the other side listens is lost. */
function askForCode(model, known) {
  return new Promise((resolve) => {
    const parts = [];
    const hear = (content, buffers) => {
      if (content?.kind !== 'code') return;
      parts[content.part] = content.same ? new Uint8Array(0) : bytesOf(buffers[0]);
      if (parts.filter(Boolean).length < content.parts) return;
      clearInterval(timer);
      model.off('msg:custom', hear);
      resolve({ digest: content.digest, gzipped: parts });
    };
    const ask = () => model.send({ kind: 'code', version, known });
    model.on('msg:custom', hear);
    const timer = setInterval(ask, 2000);
    ask();
  });
}

async function codeFor(model) {
  const loaded = (globalThis.attentraceCode ??= new Map());
  const { digest, gzipped } = await askForCode(model, [...loaded.keys()]);
  if (!loaded.has(digest)) loaded.set(digest, importCode(new Blob(gzipped)));
  return loaded.get(digest);
}

async function render({ model, el }) {
  let ended = false;
  let view;
  const waiting = document.createElement('p');
  waiting.textContent = 'Waiting for the kernel…';
  el.append(waiting);
  void codeFor(model).then((code) => {
    waiting.remove();
    if (!ended) view = code.showLive(el, model, bytesOf);
  });
  return () => {
    ended = true;
    view?.destroy();
  };
}

export default { render };
