import { emptyError, layerDims, type Axes, type StoredLayer } from './array-shape.js';
import { count, describe, listed } from './describe.js';
import { TraceError } from './errors.js';
import { isTensor, parseTensor, toFloats, viewElements, type StoredElements } from './parse-tensor.js';
import { newWeights } from './weights.js';

type List = ArrayLike<unknown>;

export function isList(value: unknown): value is List {
  return Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
}

/** The lengths along the first entries, outermost first; cut at 6, as an array may hold itself. */
export function nestedDims(list: unknown): number[] {
  const dims: number[] = [];
  for (let entry = list; isList(entry) && dims.length < 6; entry = entry[0]) dims.push(entry.length);
  return dims;
}

/**
 * Reads one layer of nested arrays, innermost numbers or typed arrays, into one flat array. The shape is checked before
 * anything is allocated.
 *
 * @throws TraceError `dims`, `batch`, `empty`, `ragged`, `dtype`
 */
export function parseNested(layer: List, place: string, axes: Axes): StoredLayer {
  if (isTensor(layer[0]) && layer[0].dims?.length === 2) return joinHeads(layer, place, axes);
  const found = nestedDims(layer);
  if (found.at(-1) === 0) throw emptyError(place, `lengths [${found.join(', ')}]`);
  if (found.length < 3) throw tooShallow(layer, found, place, axes);
  const dims = layerDims(found, place, axes);
  const [, rowAxis, colAxis] = axes.split(', ') as [string, string, string];
  const heads = (found.length === 4 ? layer[0] : layer) as List;

  const rows: { row: List; place: string }[] = [];
  for (let h = 0; h < dims[0]; h++) {
    const at = `${place}[${h}]`;
    const head = listOf(heads[h], dims[1], at, rowAxis, `${place}[0]`);
    for (let r = 0; r < dims[1]; r++)
      rows.push({
        row: listOf(head[r], dims[2], `${at} row ${r}`, colAxis, `${place}[0] row 0`),
        place: `${at}[${r}]`,
      });
  }
  return { dims, offset: 0, ...joinRows(rows, dims[2]) };
}

/** One tensor a head. */
function joinHeads(heads: List, place: string, axes: Axes): StoredLayer {
  const parsed = Array.from(heads, (head, h) => {
    if (isTensor(head)) return parseTensor(head, `${place}[${h}]`);
    throw tooShallow(heads, [heads.length], place, axes);
  });
  const { dims, type, data: first } = parsed[0]!;
  parsed.forEach((head, h) => {
    const wrong = { place: `${place}[${h}]`, fix: 'All heads of a layer have one shape and one type.' };
    const as = `, as in ${place}[0]`;
    if (String(head.dims) !== String(dims))
      throw new TraceError({
        ...wrong,
        code: 'ragged',
        found: `dims ${listed(head.dims)}`,
        expected: listed(dims) + as,
      });
    if (head.type !== type)
      throw new TraceError({ ...wrong, code: 'dtype', found: head.type, expected: type + as });
  });
  const whole = layerDims([parsed.length, ...dims], place, axes);
  const data = newWeights(type, parsed.length * first.length);
  parsed.forEach((head, h) => data.set(head.data, h * first.length));
  return { dims: whole, data, type, offset: 0 };
}

function joinRows(rows: { row: List; place: string }[], cols: number): StoredElements {
  const first = readRow(rows[0]!.row, rows[0]!.place);
  const data = newWeights(first.type, rows.length * cols);
  rows.forEach(({ row, place }, i) => {
    const { data: elements, type } = readRow(row, place);
    if (type !== first.type)
      throw new TraceError({
        code: 'dtype',
        place,
        found: type,
        expected: `${first.type}, as in the first row`,
        fix: 'Store every row in the same type.',
      });
    data.set(elements, i * cols);
  });
  return { data, type: first.type };
}

function readRow(row: List, place: string): StoredElements {
  return Array.isArray(row) ? { data: toFloats(row, place), type: 'float32' } : viewElements(row, place);
}

function listOf(value: unknown, length: number, place: string, axis: string, first: string): List {
  if (isList(value) && value.length === length) return value;
  const unit = axis === 'query' ? 'row' : axis === 'key' ? 'weight' : axis === 'dim' ? 'number' : axis;
  throw new TraceError({
    code: 'ragged',
    place,
    found: isList(value) ? count(value.length, unit) : describe(value),
    expected: `${count(length, unit)}, as in ${first}`,
    fix: 'All rows, heads and layers have one length: put 0 where a causal model cannot look.',
  });
}

/** Too few levels: a flat typed array where rows should be, the steps of generate(), or a level left out. */
function tooShallow(layer: List, dims: readonly number[], place: string, axes: Axes): TraceError {
  let inside: unknown = layer;
  for (let i = 0; i < dims.length && Array.isArray(inside); i++) inside = inside[0];
  return new TraceError({
    code: 'dims',
    place,
    found: `${count(dims.length, 'level')} of arrays with ${describe(inside)} inside`,
    expected: `3: [${axes}]`,
    fix: isTensor(inside)
      ? 'Pass one tensor a layer; stitch the steps of generate() with fromGenerateSteps first.'
      : ArrayBuffer.isView(inside)
        ? 'Pass a flat typed array with its shape: { dims, data }.'
        : `The whole is [layer, ${axes}]: wrap a single layer or a single head in one more array.`,
  });
}
