import type { StreamKind, WeightType } from '../../trace/types.js';
import { InferenceError, missingModel } from '../errors.js';
import { freshNames, GraphEdit, rewriteModel } from '../onnx/edit.js';
import { FactBook } from '../onnx/facts.js';
import { DataType, readModel, type ValueInfo } from '../onnx/model.js';
import { describeNode, Scope } from '../onnx/scope.js';
import { joinRope } from '../onnx/write.js';
import { draftTaps, leavesOf, type Draft, type Expose, type Made } from './drafts.js';
import { finishVectors, finishWeights } from './finish.js';
import { checkRecord, recordSublayer } from './sublayer/record.js';
import { VECTORS, type Tap, type TapOptions, type VectorName } from './types.js';

/** A model with its attention among its outputs. */
export interface TappedModel {
  /** The whole file; made when first asked for. */
  readonly model: Uint8Array<ArrayBuffer>;
  /** The same in pieces, most of them views of the model passed: `new Blob(parts)` holds no second copy. */
  readonly parts: readonly Uint8Array[];
  /** Every attention found, in the order encoder, self, decoder, cross; of text and images in one file, by their inputs; and by layer. */
  readonly taps: readonly Tap[];
  /** The inputs the model itself wants, without those that interventions add. */
  readonly inputs: readonly ValueInfo[];
  /** The outputs the model itself has. */
  readonly outputs: readonly ValueInfo[];
  /** Files beside the model that hold its weights, by the paths it knows them by. */
  readonly externalData: readonly string[];
}

const PREFIX: Record<StreamKind, string> = {
  self: '',
  encoder: 'encoder_',
  decoder: 'decoder_',
  cross: 'cross_',
};
const WEIGHT_TYPES: Record<number, WeightType> = {
  [DataType.float]: 'float32',
  [DataType.float16]: 'float16',
  [DataType.uint8]: 'uint8',
};

/**
 * Adds the attention of a model as outputs, without decoding its weights: `attentions.{layer}`, `encoder_attentions.{layer}`,
 * `decoder_attentions.{layer}` and `cross_attentions.{layer}`, as transformers.js looks for them, and on request `queries.{layer}`,
 * `keys.{layer}`, `values.{layer}` with the same prefixes. The bytes passed are read, not changed; beside them the result needs
 * their size once more when `model` is asked for, and next to nothing for `parts`.
 *
 * An attention that cannot be tapped is listed with its `reason`; a model without any gives no taps and is not an error.
 *
 * @throws InferenceError for bytes that are not a sound ONNX model, and for layers or heads the model does not have
 * @example
 * const { model, taps } = tapAttention(bytes);
 * const session = await ort.InferenceSession.create(model);
 * const result = await session.run(feeds);
 * result[taps[0].weights].dims; // [1, head, query, key]
 */
export function tapAttention(bytes: Uint8Array, options: TapOptions = {}): TappedModel {
  if (!(bytes instanceof Uint8Array))
    throw missingModel(
      'tapAttention',
      bytes,
      "a model's bytes, as a Uint8Array",
      'Pass new Uint8Array(await response.arrayBuffer()).',
    );
  options ??= {};
  const model = readModel(bytes);
  const root = new Scope(model, model.graph);
  const facts = new FactBook(model, root);
  const drafts = draftTaps(root, facts).sort(
    (a, b) => STREAMS.indexOf(a.stream) - STREAMS.indexOf(b.stream) || a.tower - b.tower || a.layer - b.layer,
  );
  if (drafts.length > MOST) throw tooMany(drafts.length);
  checkHeads(options.heads);
  checkRecord(options);
  checkChoice('layers', options.layers, new Set(drafts.map((draft) => draft.layer)));
  for (const draft of drafts) {
    const { heads } = draft.finding;
    if (heads !== null) checkChoice('heads', options.heads, new Set(Array(heads).keys()));
  }
  const wanted = drafts.filter((draft) => !options.layers || options.layers.includes(draft.layer));
  const tapper = new Tapper(root, facts, options);
  const taps = wanted.map((draft) => tapper.tap(draft));
  const rope = rewriteModel(model, root, tapper.edits);
  let whole: Uint8Array<ArrayBuffer> | undefined;
  return {
    get model() {
      return (whole ??= joinRope(rope));
    },
    parts: rope.pieces,
    taps,
    inputs: facts.inputs.map((input) => withCacheLengths(input, drafts)),
    outputs: root.graph.outputs,
    externalData: [...new Set(externalFiles(root))],
  };
}

/** More attentions than a model has; each costs memory to tap. */
const MOST = 4096;

class Tapper {
  readonly edits = new Map<Scope, GraphEdit>();
  private readonly names = new Set<string>();
  private readonly fresh: (what: string) => string;

  constructor(
    private readonly root: Scope,
    private readonly facts: FactBook,
    private readonly options: TapOptions,
  ) {
    // A model may have been tapped before.
    const made = root.graph.nodes.flatMap((node) => node.outputs);
    let prefix = 'attentrace';
    while (made.some((name) => name.startsWith(`${prefix}.`))) prefix += '_';
    this.fresh = freshNames(prefix);
  }

  tap(draft: Draft): Tap {
    const { stream, layer, tower, finding, querySources, keySources, reason } = draft;
    const heads = this.options.heads?.length ?? finding.heads;
    const about = {
      stream,
      layer,
      tower,
      node: describeNode(finding.node),
      operator: finding.operator,
      querySources,
      keySources,
    };
    const shape = [null, heads, null, null];
    if (reason !== undefined)
      return { ...about, shape, reason, ...(finding.stopsRun ? { stopsRun: true } : {}) };
    const interventions = this.options.interventions ? this.intervene(draft) : {};
    const weights = this.expose(draft, 'attentions', (leaf, edit) =>
      finishWeights(edit, leaf.finding.weights(edit), this.options),
    );
    const { refused, ...vectors } = this.vectors(draft);
    const recorded = recordSublayer(draft, this.options, this.facts, this.expose);
    const all = { ...refused, ...recorded.refused };
    return {
      ...about,
      shape,
      weights: weights.output,
      type: WEIGHT_TYPES[weights.type!],
      ...vectors,
      ...(recorded.sublayer && { sublayer: recorded.sublayer }),
      ...(Object.keys(all).length > 0 && { refused: all }),
      ...interventions,
    };
  }

  /** Queries, keys and values as far as they are asked for. */
  private vectors(draft: Draft): Partial<Tap> {
    const { vectors, record = [] } = this.options;
    const found: Partial<Record<VectorName, string>> = {};
    let [vectorsReason, refusal]: (string | undefined)[] = [];
    for (const which of VECTORS) {
      const recorded = which === 'values' && record.includes(which);
      if (!vectors && !recorded) continue;
      const { output, reason } = this.expose(draft, which, (leaf, edit) => {
        const { finding } = leaf;
        const vector = finding.vectors(edit, which);
        return typeof vector === 'string'
          ? { reason: vector }
          : finishVectors(edit, vector, finding, this.options);
      });
      if (output) found[which] = output;
      if (vectors) vectorsReason ??= reason && `${which}: ${reason}`;
      if (recorded) refusal = reason;
    }
    return { ...found, vectorsReason, ...(refusal !== undefined && { refused: { values: refusal } }) };
  }

  private intervene(draft: Draft): Pick<Tap, 'gain' | 'keep'> {
    const gain = this.unique(`attentrace.gain.${draft.stream}.${draft.layer}`);
    const keep = `attentrace.keep.${draft.stream}`;
    const hides = leavesOf(draft).map((leaf) =>
      leaf.finding.intervene(this.edit(leaf.finding.scope), gain, keep),
    );
    const hidden = hides.every(Boolean);
    this.edit(this.root).addInput(gain, DataType.float, [null, null, null]);
    if (hides.some(Boolean) && !this.names.has(keep)) {
      this.names.add(keep);
      this.edit(this.root).addInput(keep, DataType.float, [null]);
    }
    return { gain, keep: hidden ? keep : undefined };
  }

  private readonly expose: Expose = (draft, what, make) => {
    const name = this.unique(`${PREFIX[draft.stream]}${what}.${draft.layer}`);
    const made = this.bring(draft, name, make);
    if ('reason' in made) return made;
    this.edit(this.root).addOutput(name, made.type, [null, null, null, null]);
    return { output: name, type: made.type };
  };

  private bring(
    draft: Draft,
    name: string,
    make: (leaf: Draft, edit: GraphEdit) => Made,
  ): { type: number } | { reason: string } {
    if (!draft.lift) {
      const edit = this.edit(draft.finding.scope);
      const made = make(draft, edit);
      if ('reason' in made) return made;
      edit.add({ opType: 'Identity', inputs: [made.value], outputs: [name] });
      return made;
    }
    const { scope, node, branches } = draft.lift;
    const brought = branches.map((branch, i) => {
      const inner = `${name}/${i}`;
      const made = this.bring(branch, inner, make);
      return { inner, made, branch };
    });
    const reason = brought.map(({ made }) => ('reason' in made ? made.reason : undefined)).find(Boolean);
    if (reason !== undefined) return { reason };
    for (const { inner, made, branch } of brought)
      this.edit(branch.lift?.scope ?? branch.finding.scope).addOutput(
        inner,
        (made as { type: number }).type,
        [null, null, null, null],
      );
    const edit = this.edit(scope);
    edit.setOutput(node, (edit.patch(node).outputs ?? node.outputs).length, name);
    return brought[0]!.made;
  }

  private edit(scope: Scope): GraphEdit {
    const edit = this.edits.get(scope) ?? new GraphEdit(this.fresh);
    this.edits.set(scope, edit);
    return edit;
  }

  private unique(wanted: string): string {
    let name = wanted;
    for (let i = 2; this.names.has(name) || this.root.has(name); i++) name = `${wanted}_${i}`;
    this.names.add(name);
    return name;
  }
}

/** An input whose open lengths the attention that reads it as its cache knows. */
function withCacheLengths(input: ValueInfo, drafts: readonly Draft[]): ValueInfo {
  for (const { finding } of drafts) {
    const known = finding.caches?.get(input.name);
    if (known?.length === input.dims?.length && known)
      return {
        ...input,
        dims: input.dims!.map((length, axis) =>
          typeof length === 'number' ? length : (known[axis] ?? length),
        ),
      };
  }
  return input;
}

const STREAMS: readonly StreamKind[] = ['encoder', 'self', 'decoder', 'cross'];

function checkChoice(
  option: 'layers' | 'heads',
  chosen: readonly number[] | undefined,
  there: ReadonlySet<number>,
): void {
  const wrong = chosen?.find((number) => !there.has(number));
  if (wrong === undefined) return;
  throw new InferenceError({
    code: 'option',
    place: `options.${option}`,
    found: String(wrong),
    expected: there.size > 0 ? `some of ${[...there].join(', ')}` : 'none, as no attention was found',
    fix: `Leave out ${option} to record them all.`,
  });
}

function tooMany(count: number): InferenceError {
  return new InferenceError({
    code: 'too-large',
    place: 'model',
    found: `${count} attentions`,
    expected: `at most ${MOST}`,
    fix: 'The file is damaged or made to do harm.',
  });
}

/** How many heads there are a graph does not always say: what no model has is refused all the same. */
function checkHeads(heads: readonly number[] | undefined): void {
  if (!heads || (heads.length > 0 && heads.every((head) => Number.isSafeInteger(head) && head >= 0))) return;
  throw new InferenceError({
    code: 'option',
    place: 'options.heads',
    found: heads.length === 0 ? 'none' : heads.join(', '),
    expected: 'whole numbers from 0, at least one',
    fix: 'Leave out heads to record them all.',
  });
}

function externalFiles({ graph, children }: Scope): string[] {
  const constants = graph.nodes.flatMap((node) => [...node.attributes.values()].map(({ tensor }) => tensor));
  const own = [...graph.initializers.values(), ...constants].flatMap((tensor) => tensor?.external ?? []);
  return [...own, ...[...children.values()].flatMap(externalFiles)];
}
