import { emitInt, emitNode, emitValueInfo, type NodeSpec } from './emit.js';
import { ATTRIBUTE, GRAPH, MODEL, NODE, type Attribute, type Model, type Node } from './model.js';
import type { Scope } from './scope.js';
import { readFields, readText, wholeOf } from './wire.js';
import { bytesField, concat, ropeOf, varintField, type Rope } from './write.js';

/** What changes about a node that stays: outputs by position, attributes by name, nodes put right after it. */
interface NodePatch {
  outputs?: string[];
  readonly attributes: Map<string, Rope>;
  readonly after: Rope[];
}

/** Makes names that begin with a word no name of the model begins with; one for all graphs of a model. */
export function freshNames(prefix = 'attentrace'): (what: string) => string {
  let made = 0;
  return (what) => `${prefix}.${what}.${made++}`;
}

/** Where nodes can be added. */
export interface Builder {
  /** A name for a new value that nothing in the model has. */
  readonly fresh: (what: string) => string;
  add(node: NodeSpec | Rope): void;
}

/**
 * The changes to one graph. Nothing of the model read is altered; `rewriteModel` writes the model with its changes, passing
 * every other byte on where it lies.
 */
export class GraphEdit implements Builder {
  readonly patches = new Map<Node, NodePatch>();
  /** Fields of the graph, to stand after its own. */
  readonly added: Rope[] = [];

  constructor(readonly fresh = freshNames()) {}

  /** Adds a node at the end of the graph, where every value exists. */
  add(node: NodeSpec | Rope): void {
    this.added.push(nodeField(node));
  }

  addOutput(...value: Parameters<typeof emitValueInfo>): void {
    this.added.push(bytesField(GRAPH.output, emitValueInfo(...value)));
  }

  /** Says the type of a value within, where an operator leaves it open. */
  addValueInfo(...value: Parameters<typeof emitValueInfo>): void {
    this.added.push(bytesField(GRAPH.valueInfo, emitValueInfo(...value)));
  }

  addInput(...value: Parameters<typeof emitValueInfo>): void {
    this.added.push(bytesField(GRAPH.input, emitValueInfo(...value)));
  }

  patch(node: Node): NodePatch {
    const patch = this.patches.get(node) ?? { attributes: new Map<string, Rope>(), after: [] };
    this.patches.set(node, patch);
    return patch;
  }

  /** Gives a node an output at a position, naming those left out before it by the empty name; returns the name it then has. */
  setOutput(node: Node, position: number, name: string): void {
    const patch = this.patch(node);
    const outputs = (patch.outputs ??= [...node.outputs]);
    while (outputs.length <= position) outputs.push('');
    outputs[position] = name;
  }

  /** The node's output at a position, asked for if the model did not. */
  output(node: Node, position: number): string {
    const given = (this.patches.get(node)?.outputs ?? node.outputs)[position];
    if (given) return given;
    const name = this.fresh(`output${position}`);
    this.setOutput(node, position, name);
    return name;
  }

  setInt(node: Node, name: string, value: number): void {
    this.patch(node).attributes.set(name, emitInt(name, value));
  }

  /** Adds right after a node, what later nodes are to read. */
  after(node: Node): Builder {
    const { after } = this.patch(node);
    return { fresh: this.fresh, add: (added) => void after.push(nodeField(added)) };
  }
}

function nodeField(node: NodeSpec | Rope): Rope {
  return bytesField(GRAPH.node, 'opType' in node ? emitNode(node) : node);
}

export type Edits = ReadonlyMap<Scope, GraphEdit>;

/** The model with its changes; `opset` is declared for ONNX's own operators where the model declares none. */
export function rewriteModel(model: Model, root: Scope, edits: Edits, opset = 17): Rope {
  const parts = readFields(model.slice, 'the model').map((field) =>
    field.number === MODEL.graph ? bytesField(MODEL.graph, rewriteGraph(root, edits)) : wholeOf(field),
  );
  if (!model.opsets.has('')) parts.push(bytesField(MODEL.opsetImport, varintField(2, opset)));
  return concat(parts);
}

function rewriteGraph(scope: Scope, edits: Edits): Rope {
  const edit = edits.get(scope);
  let next = 0;
  const parts = readFields(scope.graph.slice, 'a graph').map((field) => {
    if (field.number !== GRAPH.node || field.wireType !== 2) return wholeOf(field);
    const node = scope.graph.nodes[next++]!;
    return rewriteNode(node, scope, edit, edits) ?? wholeOf(field);
  });
  return concat([...parts, ...(edit?.added ?? [])]);
}

function rewriteNode(node: Node, scope: Scope, edit: GraphEdit | undefined, edits: Edits): Rope | undefined {
  const patch = edit?.patches.get(node);
  const branches = new Map<string, Rope>();
  for (const attribute of node.attributes.values()) {
    const child = scope.children.get(attribute);
    if (child && edits.has(child)) branches.set(attribute.name, rewriteBranch(attribute, child, edits));
  }
  if (!patch && branches.size === 0) return undefined;
  const attributes = new Map([...(patch?.attributes ?? []), ...branches]);
  const kept = readFields(node.slice, 'a node').filter((field) => {
    if (field.number === NODE.output) return patch?.outputs === undefined;
    return field.number !== NODE.attribute || !attributes.has(attributeName(field));
  });
  const changed = ropeOf(
    ...kept.map(wholeOf),
    ...(patch?.outputs ?? []).map((output) => bytesField(NODE.output, output)),
    ...[...attributes.values()].map((attribute) => bytesField(NODE.attribute, attribute)),
  );
  return ropeOf(bytesField(GRAPH.node, changed), ...(patch?.after ?? []));
}

function rewriteBranch(attribute: Attribute, child: Scope, edits: Edits): Rope {
  const kept = readFields(attribute.whole, 'an attribute').filter((field) => field.number !== ATTRIBUTE.g);
  return ropeOf(...kept.map(wholeOf), bytesField(ATTRIBUTE.g, rewriteGraph(child, edits)));
}

function attributeName(content: Parameters<typeof readFields>[0]): string {
  const name = readFields(content, 'an attribute').find((field) => field.number === ATTRIBUTE.name);
  return name ? readText(name, 'an attribute') : '';
}
