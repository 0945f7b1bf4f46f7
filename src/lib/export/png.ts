import { crc32 } from '../io/numpy/crc32.js';
import type { ColorTable } from '../render/colors/index.js';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];
const text = new TextEncoder();

/** The parts of a PNG as they stand in its file. Source: W3C, Portable Network Graphics (Third Edition), 2025. */
function chunk(type: string, data: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + data.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, data.length);
  bytes.set(text.encode(type), 4);
  bytes.set(data, 8);
  view.setUint32(8 + data.length, crc32(bytes.subarray(4, 8 + data.length)));
  return bytes;
}

function joined(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, part) => sum + part.length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}

/** Rows of places in a colour table as a PNG holds them, unfiltered and compressed. */
export async function deflatedRows(places: Uint8Array, cols: number): Promise<Uint8Array> {
  const rows = places.length / cols;
  const lines = new Uint8Array(rows * (cols + 1));
  for (let row = 0; row < rows; row++)
    lines.set(places.subarray(row * cols, (row + 1) * cols), row * (cols + 1) + 1);
  const stream = new Blob([lines]).stream().pipeThrough(new CompressionStream('deflate'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}

/** A PNG of one pixel a cell: places in a table of 256 colours, compressed by `deflatedRows`; `alpha` says how opaque each is. */
export function palettePng(
  deflated: Uint8Array,
  cols: number,
  rows: number,
  table: ColorTable,
  alpha?: Uint8Array,
): Uint8Array {
  const header = new Uint8Array(13);
  const view = new DataView(header.buffer);
  view.setUint32(0, cols);
  view.setUint32(4, rows);
  // 8 bits a pixel, each the place of a colour.
  header.set([8, 3, 0, 0, 0], 8);
  return joined([
    Uint8Array.from(signature),
    chunk('IHDR', header),
    chunk('PLTE', table),
    ...(alpha ? [chunk('tRNS', alpha)] : []),
    chunk('IDAT', deflated),
    chunk('IEND', new Uint8Array(0)),
  ]);
}

/** A PNG that says how large it is printed, where before it did not. */
export function withDpi(png: Uint8Array, dpi: number): Uint8Array<ArrayBuffer> {
  const perMeter = Math.round(dpi / 0.0254);
  const size = new Uint8Array(9);
  const view = new DataView(size.buffer);
  view.setUint32(0, perMeter);
  view.setUint32(4, perMeter);
  view.setUint8(8, 1);
  const afterHeader = signature.length + 25;
  return joined([png.subarray(0, afterHeader), chunk('pHYs', size), png.subarray(afterHeader)]);
}

export function toBase64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 2 ** 15)
    binary += String.fromCharCode(...bytes.subarray(at, at + 2 ** 15));
  return btoa(binary);
}

export const dataUri = (png: Uint8Array): string => `data:image/png;base64,${toBase64(png)}`;
