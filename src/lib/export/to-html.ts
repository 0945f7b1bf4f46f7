import { writeSafetensors } from '../io/safetensors/write-safetensors.js';
import type { Trace } from '../trace/index.js';
import { escapeXml } from './escape.js';
import { pickTrace, type Picked } from './pick-trace.js';
import { toBase64 } from './png.js';

/** A view of a page: its name, and props that are plain data. */
export interface PageView {
  view: 'Explorer' | 'GroupView' | 'HeadView' | 'Heatmap' | 'ModelView' | 'NeuronView' | 'TokenView';
  props?: Readonly<Record<string, unknown>>;
}

/** What a page holds. */
export interface HTMLOptions extends Picked {
  trace: Trace;
  /** Default: the model of the trace. */
  title?: string;
  /** The code of `attentrace/standalone`, or where a browser gets it. Default in Node: that of this package. */
  code?: string | URL;
  /**
   * A larger page is refused: most places that show one take no more.
   * @default 50e6
   */
  mostBytes?: number;
}

/**
 * One page that holds views with their data and code, and loads nothing: it works from a file, without a network, and in the `srcdoc` of a
 * frame. The views are linked. Numbers are kept in the type they have.
 *
 * @throws RangeError above `mostBytes`, and for props that are no plain data; Error where there is no code
 * @example
 * const html = await toHTML([{ view: 'HeadView', props: { layer: 3 } }], { trace, layers: [3] });
 */
export async function toHTML(views: readonly PageView[], options: HTMLOptions): Promise<string> {
  const { mostBytes = 50e6, title = options.trace.model ?? 'attentrace' } = options;
  const trace = pickTrace(options.trace, options);
  const code = await codeOf(options.code);
  // Four letters hold three bytes.
  const bytes = code.length + (dataBytes(trace) * 4) / 3;
  if (bytes > mostBytes)
    throw new RangeError(
      `The page would take ${megabytes(bytes)} MB, over ${megabytes(mostBytes)}: name the layers and heads it needs, or raise mostBytes.`,
    );
  const data = toBase64(await writeSafetensors(trace));
  return [
    '<!doctype html>',
    '<html lang="en">',
    '<meta charset="utf-8">',
    '<meta name="viewport" content="width=device-width">',
    `<title>${escapeXml(title)}</title>`,
    '<style>:root { color-scheme: light dark; } body { margin: 16px; font: 14px system-ui, sans-serif; } .attentrace-place { margin-block: 0 16px; }</style>',
    ...views.map(() => '<div class="attentrace-place"></div>'),
    `<script type="application/json" id="views">${inScript(plain(views))}</script>`,
    `<script type="text/plain" id="trace">${data}</script>`,
    `<script type="application/json" id="code">${inScript(code)}</script>`,
    `<script type="module">${start}</script>`,
    '</html>\n',
  ].join('\n');
}

/** Runs in the page. Only the first of several views is given the trace: the others share what it explores. */
const start = `
const text = (id) => document.getElementById(id).textContent;
const code = new Blob([JSON.parse(text('code'))], { type: 'text/javascript' });
const attentrace = await import(URL.createObjectURL(code));
const bytes = Uint8Array.from(atob(text('trace')), (letter) => letter.charCodeAt(0));
const trace = await attentrace.loadTrace(bytes);
// Found before there are views, which have elements of their own.
const places = [...document.querySelectorAll('.attentrace-place')];
let exploration;
JSON.parse(text('views')).forEach(({ view, props }, i) => {
  const shared = exploration ? { exploration } : { trace };
  const made = attentrace.createView(places[i], attentrace[view], { ...shared, ...props });
  exploration ??= made.exploration;
});
`;

async function codeOf(given: string | URL | undefined): Promise<string> {
  if (typeof given === 'string') return given;
  if (given) return (await fetch(given)).text();
  if (typeof window !== 'undefined')
    throw new Error(
      'toHTML needs the code of attentrace/standalone: pass it as code, as text or as its address.',
    );
  // Asked of Node itself: bundlers for the browser would look for what is imported, and fail.
  const { readFile } = process.getBuiltinModule('node:fs/promises');
  return readFile(new URL(import.meta.resolve('attentrace/standalone')), 'utf8');
}

/** What the numbers of a trace take. */
function dataBytes({ streams }: Trace): number {
  const sizes = { uint8: 1, float16: 2, float32: 4 };
  let bytes = 0;
  for (const { layers, headsOf, queryTokens, keyTokens, matrix, queries, keys, values } of streams) {
    const heads = layers.reduce((sum, layer) => sum + headsOf(layer).length, 0);
    const { type } = matrix(layers[0]!, headsOf(layers[0]!)[0]!);
    bytes += heads * queryTokens.length * keyTokens.length * sizes[type];
    for (const one of [queries, keys, values])
      if (one) bytes += one.layers * one.heads * one.tokens * one.dim * sizes[one.type];
  }
  return bytes;
}

const megabytes = (bytes: number): string => (bytes / 1e6).toFixed(1);

/** Views whose props are plain data: what JSON would lose is refused by name. */
function plain(views: readonly PageView[]): readonly PageView[] {
  for (const { view, props = {} } of views)
    for (const [name, value] of Object.entries(props))
      if (typeof value === 'function' || (ArrayBuffer.isView(value) as boolean))
        throw new RangeError(`${name} of ${view} is no plain data: a page cannot hold it.`);
  return views;
}

/** JSON that ends no script, begins no comment, and is JavaScript too. */
const inScript = (value: unknown): string =>
  JSON.stringify(value).replace(
    /[<\u2028\u2029]/g,
    (char) => `\\u${char.charCodeAt(0).toString(16).padStart(4, '0')}`,
  );
