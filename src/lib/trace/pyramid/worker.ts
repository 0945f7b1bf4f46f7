/** Performs tasks, one at a time, away from the page. */
import { TraceError } from '../errors.js';
import { drain } from './drain.js';
import { perform, type Task } from './tasks.js';
import type { Reply } from './run-task.js';

const scope = self as unknown as {
  onmessage: ((event: MessageEvent<Task>) => void) | null;
  postMessage(reply: Reply, transfer?: Transferable[]): void;
};

scope.onmessage = ({ data: task }) => {
  try {
    const result = drain(perform(task));
    scope.postMessage({ result }, [result.data.buffer as ArrayBuffer]);
  } catch (error) {
    if (error instanceof TraceError) {
      const { code, place, found, expected, fix } = error;
      scope.postMessage({ wrong: { code, place, found, expected, fix } });
    } else scope.postMessage({ failed: String(error) });
  }
};
scope.postMessage('ready');
