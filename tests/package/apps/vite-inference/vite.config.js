import { defineConfig } from 'vite';

export default defineConfig({
  preview: {
    headers: {
      // What a careful site sends, and the one thing more that running a model takes: compiling WebAssembly.
      'Content-Security-Policy': `default-src 'self'; script-src 'self' ${process.env.APP_WITHOUT_WASM ? '' : "'wasm-unsafe-eval'"}`,
    },
  },
});
