import type { Pause } from '../../trace/pacer.js';

/**
 * The largest flow from one node of a layered graph to each node of its last level (Dinic's algorithm), for edges between neighbouring
 * levels.
 *
 * @param levels capacities of each step, `[from, to]` row-major, `size` nodes a level; the first is the source's level
 * @param source the node of the first level that the flow starts from
 * @returns one number a node of the last level
 */
export async function flowFrom(
  levels: readonly Float32Array[],
  size: number,
  source: number,
  pause: Pause,
): Promise<Float64Array> {
  const flows = new Float64Array(size);
  for (let sink = 0; sink < size; sink++) flows[sink] = await maxFlow(levels, size, source, sink, pause);
  return flows;
}

/** A smaller capacity is a remainder of rounding, and counts as 0. */
const leastFlow = 1e-12;

async function maxFlow(
  levels: readonly Float32Array[],
  size: number,
  source: number,
  sink: number,
  pause: Pause,
): Promise<number> {
  const last = levels.length;
  const count = (last + 1) * size;
  const target = last * size + sink;
  // The remaining capacity of each edge, onward and back.
  const on = levels.map((capacities) => Float64Array.from(capacities));
  const back = levels.map(() => new Float64Array(size * size));
  const distance = new Int32Array(count);
  const next = new Int32Array(count);
  let flow = 0;
  while (await reach()) {
    next.fill(0);
    for (let sent = send(source, Infinity); sent > leastFlow; sent = send(source, Infinity)) {
      flow += sent;
      await pause();
    }
  }
  return flow;

  /** The edges of a node by number: onward ones, then those back. */
  function edge(node: number, i: number) {
    const level = Math.floor(node / size);
    const own = node % size;
    if (i < size) {
      if (level === last) return undefined;
      return { to: (level + 1) * size + i, room: on[level]!, reverse: back[level]!, at: own * size + i };
    }
    if (level === 0) return undefined;
    const from = i - size;
    return {
      to: (level - 1) * size + from,
      room: back[level - 1]!,
      reverse: on[level - 1]!,
      at: from * size + own,
    };
  }

  async function reach(): Promise<boolean> {
    distance.fill(-1);
    distance[source] = 0;
    const queue = [source];
    for (const node of queue) {
      await pause();
      for (let i = 0; i < 2 * size; i++) {
        const found = edge(node, i);
        if (!found || distance[found.to]! >= 0 || found.room[found.at]! <= leastFlow) continue;
        distance[found.to] = distance[node]! + 1;
        queue.push(found.to);
      }
    }
    return distance[target]! >= 0;
  }

  function send(node: number, most: number): number {
    if (node === target) return most;
    for (; next[node]! < 2 * size; next[node] = next[node]! + 1) {
      const found = edge(node, next[node]!);
      if (!found || distance[found.to] !== distance[node]! + 1 || found.room[found.at]! <= leastFlow)
        continue;
      const sent = send(found.to, Math.min(most, found.room[found.at]!));
      if (sent <= leastFlow) continue;
      found.room[found.at] = found.room[found.at]! - sent;
      found.reverse[found.at] = found.reverse[found.at]! + sent;
      return sent;
    }
    return 0;
  }
}
