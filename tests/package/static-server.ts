import { readFile } from 'node:fs/promises';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize } from 'node:path';

const types: Record<string, string> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript',
  '.css': 'text/css',
};

/** Serves files of some folders, the first that has one, as a static server does. */
export async function serveStatic(folders: readonly string[], headers: Record<string, string> = {}) {
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url!, 'http://here').pathname);
    void find(folders, path.endsWith('/') ? `${path}index.html` : path).then((file) => {
      response.writeHead(file ? 200 : 404, {
        'Content-Type': types[extname(file?.name ?? '')] ?? 'application/octet-stream',
        ...headers,
      });
      response.end(file?.bytes);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    stop: () => void server.close(),
  };
}

async function find(folders: readonly string[], path: string) {
  for (const folder of folders) {
    const name = join(folder, path);
    const bytes = await readFile(name).catch(() => undefined);
    if (bytes) return { name, bytes };
  }
  return undefined;
}

/** Serves some folders as long as they are used. */
export async function withStatic(
  folders: readonly string[],
  use: (url: string) => Promise<void>,
  headers?: Record<string, string>,
): Promise<void> {
  const server = await serveStatic(folders, headers);
  try {
    await use(server.url);
  } finally {
    server.stop();
  }
}
