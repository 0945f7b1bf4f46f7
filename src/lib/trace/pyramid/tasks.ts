import { multiply, type ProductTask } from './product.js';
import { reduceWeights, type Reduced, type ReduceTask } from './reduce.js';

/** Work on weights that a worker can do: plain data, in buffers of its own. */
export type Task = ReduceTask | ProductTask;

/** Runs a task in steps of about a millisecond. */
export function perform(task: Task): Generator<void, Reduced> {
  return task.op === 'reduce' ? reduceWeights(task) : multiply(task);
}

/** The arrays of a task, to be handed over rather than copied. */
export function buffersOf(task: Task): ArrayBufferLike[] {
  const arrays = task.op === 'reduce' ? [task.data] : [task.queries, task.keys, task.logSumExp];
  return arrays.flatMap((array) => (array ? [array.buffer] : []));
}
