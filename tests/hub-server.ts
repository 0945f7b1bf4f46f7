import { createHash } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** A model as the hub has it. */
export interface HubEntry {
  readonly licence: string;
  /** Whether its files want a licence accepted first. */
  readonly gated?: boolean;
  /** A file of which the first half is sent, and no more. */
  readonly stalls?: string;
  readonly files: Readonly<Record<string, Uint8Array>>;
}

export interface TestHub {
  /** What to pass as `host`. */
  readonly host: string;
  /** Every request so far: method and path. */
  readonly asked: string[];
  /** Downloads that the other side broke off. */
  readonly brokenOff: string[];
  close(): void;
}

const EXPOSED = 'X-Repo-Commit,X-Error-Code,ETag,X-Linked-Size,X-Linked-ETag';

/**
 * Two servers that answer as huggingface.co and its store of large files do: what a model is at /api/models, its files at
 * /resolve/, ONNX files by way of a redirect to the other server. `GET /asked` says what was asked, for tests in a page.
 */
export async function startHub(models: Readonly<Record<string, HubEntry>>): Promise<TestHub> {
  const asked: string[] = [];
  const brokenOff: string[] = [];

  const store = await listen((request, response) => {
    const [, repo, file] = /^\/([^/]+\/[^/]+)\/(.+)$/.exec(request.url!)!;
    asked.push(`${request.method} ${request.url}`);
    const model = models[repo!]!;
    const bytes = model.files[file!]!;
    response.writeHead(200, {
      'content-type': 'application/octet-stream',
      'content-length': bytes.length,
      etag: `"${etagOf(bytes)}"`,
    });
    if (request.method === 'HEAD') response.end();
    else if (file !== model.stalls) response.end(bytes);
    else {
      response.write(bytes.subarray(0, bytes.length / 2));
      response.on('close', () => brokenOff.push(file!));
    }
  });

  const hub = await listen((request, response) => {
    const path = request.url!;
    if (path === '/asked') return void response.end(JSON.stringify(asked));
    asked.push(`${request.method} ${path}`);
    const [, repo, file] =
      /^\/api\/models\/([^/]+\/[^/]+)$/.exec(path) ??
      /^\/([^/]+\/[^/]+)\/resolve\/main\/(.+)$/.exec(path) ??
      [];
    const model = models[repo ?? ''];
    const refuse = (status: number, code: string): void =>
      void response.writeHead(status, { 'x-error-code': code }).end(JSON.stringify({ error: code }));
    if (!model) return refuse(401, 'RepoNotFound');
    if (file === undefined)
      return void response.setHeader('content-type', 'application/json').end(
        JSON.stringify({
          id: repo,
          gated: model.gated ? 'manual' : false,
          tags: ['onnx', `license:${model.licence}`],
          cardData: { license: model.licence },
        }),
      );
    if (model.gated) return refuse(401, 'GatedRepo');
    const bytes = model.files[file];
    if (!bytes) return refuse(404, 'EntryNotFound');
    if (!file.endsWith('.json'))
      return void response
        .writeHead(302, {
          location: `${addressOf(store)}/${repo}/${file}`,
          'x-linked-size': bytes.length,
          'x-linked-etag': `"${etagOf(bytes)}"`,
          'x-repo-commit': 'main',
        })
        .end();
    response.writeHead(200, { 'content-length': bytes.length, etag: `"${etagOf(bytes)}"` }).end(bytes);
  });

  return {
    host: addressOf(hub),
    asked,
    brokenOff,
    close() {
      for (const server of [hub, store]) {
        server.close();
        server.closeAllConnections();
      }
    },
  };
}

async function listen(answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<Server> {
  // On a busy machine a connection could be closed just as it is used again.
  const server = createServer({ keepAliveTimeout: 0 }, (request, response) => {
    response.setHeader('access-control-allow-origin', request.headers.origin ?? '*');
    response.setHeader('access-control-expose-headers', EXPOSED);
    answer(request, response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return server;
}

const addressOf = (server: Server): string => `http://127.0.0.1:${(server.address() as AddressInfo).port}`;

const etagOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');
