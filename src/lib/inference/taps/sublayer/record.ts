import { InferenceError } from '../../errors.js';
import type { GraphEdit } from '../../onnx/edit.js';
import type { FactBook } from '../../onnx/facts.js';
import { apply, fourAxes, int64s, plus, slice } from '../build.js';
import { leavesOf, type Draft, type Expose, type Made } from '../drafts.js';
import { asFloat, headCount } from '../finish.js';
import type { Finding, RecordedPart, SublayerOutputs, TapOptions, Typed } from '../types.js';
import type { BlockNorm } from './block-norm.js';
import type { Addition, OutputPath } from './output-path.js';
import { replayBias, replayMatrix } from './replay.js';
import { readSublayer, type Sublayer } from './sublayer.js';

type Name = Exclude<keyof SublayerOutputs, 'normEpsilon'>;
/** What is to be made of one attention: its way out, where that is added, the norm after. */
interface Parts {
  readonly finding: Finding;
  readonly path: OutputPath;
  readonly addition?: Addition;
  readonly norm?: BlockNorm;
  readonly facts: FactBook;
}

const MAKE: Readonly<Record<Name, (edit: GraphEdit, parts: Parts) => Typed>> = {
  outputMatrix(edit, { finding, path }) {
    const matrix = replayMatrix(edit, path);
    const heads = headCount(edit, finding);
    const hidden = slice(edit, apply(edit, 'Shape', [matrix]), 0, -1, Number.MAX_SAFE_INTEGER);
    const target = apply(edit, 'Concat', [int64s(edit, 1), heads, int64s(edit, -1), hidden], {
      ints: { axis: 0 },
    });
    return { value: apply(edit, 'Reshape', [matrix, target]), type: path.type };
  },
  outputBias(edit, { path, addition }) {
    return { value: asRow(edit, plus(edit, replayBias(edit, path), addition?.bias)), type: path.type };
  },
  added(edit, parts) {
    const { added } = parts.path;
    return shaped(edit, parts, plus(edit, added, parts.addition?.bias), added);
  },
  residual: (edit, parts) => shaped(edit, parts, parts.addition!.residual),
  blockOutput(edit, parts) {
    if (parts.norm) return shaped(edit, parts, parts.norm.output);
    const { node } = parts.addition!;
    if (node.opType === 'Add') return shaped(edit, parts, node.outputs[0]!);
    return shaped(edit, parts, edit.output(node, 3), node.inputs[0]);
  },
  normWeight: (edit, { norm, finding, facts }) => ({
    value: asRow(edit, norm!.weight),
    type: facts.of(finding.scope, norm!.weight).type,
  }),
  normBias(edit, { norm, finding, facts }) {
    const { weight, bias = apply(edit, 'Sub', [weight, weight]) } = norm!;
    return { value: asRow(edit, bias), type: facts.of(finding.scope, weight).type };
  },
};
const OF: Readonly<Record<'outputMatrix' | 'residual', readonly Name[]>> = {
  outputMatrix: ['outputMatrix', 'outputBias'],
  residual: ['residual', 'blockOutput'],
};

/** Brings out what `record` asks for beside values, and says why where that cannot be. */
export function recordSublayer(
  draft: Draft,
  { record = [] }: TapOptions,
  facts: FactBook,
  expose: Expose,
): { sublayer?: SublayerOutputs; refused: Partial<Record<RecordedPart, string>> } {
  const refused: Partial<Record<RecordedPart, string>> = {};
  const wanted = (['outputMatrix', 'residual'] as const).filter((part) => record.includes(part));
  if (wanted.length === 0) return { refused };
  const read = new Map(leavesOf(draft).map((leaf) => [leaf, readSublayer(leaf.finding, leaf.stream, facts)]));
  const refusal = whyNot([...read.values()]);
  const partsOf = (leaf: Draft): Parts => {
    const { path, block } = read.get(leaf) as Sublayer;
    return { finding: leaf.finding, path, facts, ...(typeof block === 'string' ? {} : block) };
  };
  const names: Name[] = [];
  for (const part of wanted)
    if (refusal[part] === undefined) names.push(...OF[part]);
    else refused[part] = refusal[part];
  if (names.length === 0) return { refused };
  const first = partsOf(leavesOf(draft)[0]!);
  if (names.includes('residual') && first.norm) names.push('normWeight', 'normBias');
  const outputs: Partial<Record<Name, string>> = {};
  for (const name of [...names, 'added'] as const)
    outputs[name] = expose(draft, name, (leaf, edit): Made => {
      const { value, type } = MAKE[name](edit, partsOf(leaf));
      return asFloat(edit, value, type);
    }).output;
  return {
    sublayer: { ...outputs, ...(names.includes('normWeight') && { normEpsilon: first.norm!.epsilon }) },
    refused,
  };
}

/** Why each part cannot be recorded, of an attention that each branch of an `If` may hold. */
function whyNot(read: readonly (Sublayer | string)[]): { outputMatrix?: string; residual?: string } {
  const path = read.find((one) => typeof one === 'string');
  if (path !== undefined) return { outputMatrix: path, residual: path };
  const blocks = (read as readonly Sublayer[]).map(({ block }) => block);
  const residual = blocks.find((block) => typeof block === 'string');
  const epsilons = new Set(
    blocks.map((block) => (typeof block === 'string' ? undefined : block.norm?.epsilon)),
  );
  return {
    residual: residual ?? (epsilons.size > 1 ? 'the branches of an If norm it otherwise' : undefined),
  };
}

/** A value as four axes, of the type and the shape of another where it is new. */
function shaped(edit: GraphEdit, { finding, facts }: Parts, value: string, like: string = value): Typed {
  const { type, dims } = facts.of(finding.scope, like);
  return { value: fourAxes(edit, { value, type, dims }), type };
}

const asRow = (edit: GraphEdit, value: string): string =>
  apply(edit, 'Reshape', [value, int64s(edit, 1, 1, 1, -1)]);

const PARTS: readonly RecordedPart[] = ['values', 'outputMatrix', 'residual'];

/** @throws InferenceError `option` */
export function checkRecord({ record, heads, quantise }: TapOptions): void {
  if (record === undefined) return;
  const wrong = (found: string, expected: string, fix: string): InferenceError =>
    new InferenceError({ code: 'option', place: 'options.record', found, expected, fix });
  const all = Array.isArray(record) ? record : [record];
  const unknown = all.find((part) => !PARTS.includes(part));
  if (unknown !== undefined || !Array.isArray(record))
    throw wrong(
      JSON.stringify(unknown ?? record),
      `a list of ${PARTS.join(', ')}`,
      "Pass record: ['values', 'outputMatrix', 'residual'].",
    );
  if (heads && record.length > 0)
    throw wrong(
      `heads ${heads.join(', ')} beside it`,
      'all heads',
      'What a layer gives is the sum over its heads: leave heads out.',
    );
  if (quantise && record.length > 0)
    throw wrong(
      'quantise beside it',
      'weights as the model has them',
      'Leave quantise out: of rounded weights the parts do not sum to the whole.',
    );
}
