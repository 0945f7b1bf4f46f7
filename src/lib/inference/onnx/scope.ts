import { InferenceError, shorten } from '../errors.js';
import { readSmallTensor } from './constants.js';
import type { Attribute, Graph, Model, Node, TensorInfo } from './model.js';

/** A node and the graph it stands in. */
export interface Placed {
  readonly scope: Scope;
  readonly node: Node;
}

/**
 * One graph of a model (the main one, or a branch of an `If`) with who makes and who reads each value. A value not made
 * here is looked up in the graph around, as ONNX does.
 */
export class Scope {
  /** The nodes, each after those it reads from. */
  readonly order: readonly Node[];
  /** The graphs within, by the node and attribute that hold them. */
  readonly children = new Map<Attribute, Scope>();
  private readonly producers = new Map<string, Node>();
  private readonly readers = new Map<string, Node[]>();

  /** @throws InferenceError `duplicate-value`, `cycle` */
  constructor(
    readonly model: Model,
    readonly graph: Graph,
    readonly parent?: Scope,
  ) {
    for (const node of graph.nodes)
      for (const output of node.outputs) {
        if (output === '') continue;
        if (this.producers.has(output)) throw twoProducers(node, output);
        this.producers.set(output, node);
      }
    for (const node of graph.nodes)
      for (const attribute of node.attributes.values())
        if (attribute.graph) this.children.set(attribute, new Scope(model, attribute.graph, this));
    const reads = new Map(graph.nodes.map((node) => [node, this.readsOf(node)]));
    for (const [node, inputs] of reads)
      for (const input of inputs) {
        const readers = this.readers.get(input);
        if (readers) readers.push(node);
        else this.readers.set(input, [node]);
      }
    this.order = this.sort(reads);
  }

  /** The node that makes a value, here or around. */
  producer(value: string): Placed | undefined {
    const node = this.producers.get(value);
    return node ? { scope: this, node } : this.owns(value) ? undefined : this.parent?.producer(value);
  }

  /** The nodes of this graph that read a value. */
  consumers(value: string): readonly Node[] {
    return this.readers.get(value) ?? [];
  }

  /** Whether a value of this name exists in this graph or around it. */
  has(value: string): boolean {
    return this.producers.has(value) || this.owns(value) || (this.parent?.has(value) ?? false);
  }

  /** A weight or constant, as it lies in the file. */
  tensor(value: string): TensorInfo | undefined {
    const own = this.graph.initializers.get(value);
    if (own) return own;
    const node = this.producers.get(value);
    if (node) return node.opType === 'Constant' ? node.attributes.get('value')?.tensor : undefined;
    return this.owns(value) ? undefined : this.parent?.tensor(value);
  }

  /** The numbers of a small constant. */
  numbers(value: string | undefined): number[] | undefined {
    if (!value) return undefined;
    const tensor = this.tensor(value);
    if (tensor) return readSmallTensor(tensor);
    const made = this.producer(value);
    if (!made) return undefined;
    if (made.node.opType === 'Constant') {
      const { attributes } = made.node;
      const single = attributes.get('value_int')?.i ?? attributes.get('value_float')?.f;
      return single === undefined ? attributes.get('value_ints')?.ints.slice() : [single];
    }
    const through = made.node.opType === 'Identity' ? made.node.inputs[0] : undefined;
    const tied = through && made.scope.tensor(through);
    return tied ? readSmallTensor(tied) : undefined;
  }

  /** The graphs that a node holds: the branches of an `If`, a loop's body. */
  bodiesOf(node: Node): Scope[] {
    if (this.children.size === 0) return [];
    return [...node.attributes.values()].flatMap((attribute) => this.children.get(attribute) ?? []);
  }

  private owns(value: string): boolean {
    return this.graph.initializers.has(value) || this.graph.inputs.some((input) => input.name === value);
  }

  /** What a node reads, each once: its inputs, and what the graphs within it take from here. */
  private readsOf(node: Node): readonly string[] {
    const captured = this.bodiesOf(node).flatMap((body) => body.captured());
    return [...new Set([...node.inputs, ...captured])].filter((value) => value !== '');
  }

  private captured(): string[] {
    const outputs = this.graph.outputs.map((output) => output.name);
    return [...this.readers.keys(), ...outputs].filter(
      (value) => !this.producers.has(value) && !this.owns(value),
    );
  }

  private sort(reads: ReadonlyMap<Node, readonly string[]>): Node[] {
    const waiting = new Map<Node, number>();
    const order: Node[] = [];
    for (const [node, inputs] of reads) {
      const here = inputs.reduce((count, value) => count + (this.producers.has(value) ? 1 : 0), 0);
      waiting.set(node, here);
      if (here === 0) order.push(node);
    }
    for (let i = 0; i < order.length; i++)
      for (const output of order[i]!.outputs)
        for (const reader of output === '' ? [] : this.consumers(output)) {
          const left = waiting.get(reader)! - 1;
          waiting.set(reader, left);
          if (left === 0) order.push(reader);
        }
    if (order.length === this.graph.nodes.length) return order;
    const stuck = this.graph.nodes.find((node) => waiting.get(node)! > 0)!;
    throw new InferenceError({
      code: 'cycle',
      place: describeNode(stuck),
      found: 'a node that waits for its own output',
      expected: 'a graph without cycles',
      fix: 'The file is damaged; check it with onnx.checker.',
    });
  }
}

/** How a node is named in messages and taps: its name, or what it makes. */
export function describeNode(node: Node): string {
  return shorten(node.name || `${node.opType} → ${node.outputs[0] ?? 'nothing'}`, 200);
}

function twoProducers(node: Node, output: string): InferenceError {
  return new InferenceError({
    code: 'duplicate-value',
    place: describeNode(node),
    found: `'${output}' made a second time`,
    expected: 'each value made once',
    fix: 'The file is damaged; check it with onnx.checker.',
  });
}
