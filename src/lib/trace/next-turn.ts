let channel: MessageChannel | undefined;
const tasks: (() => void)[] = [];

/**
 * Does something once others have had their turn: input, frames. Browsers have timers that start timers wait for 4 ms, a third of the time
 * of long work, and for a second in a tab that nobody sees; messages they deliver at once.
 */
export function nextTurn(task: () => void): void {
  // An open channel would keep Node from ending.
  if (typeof setImmediate === 'function') return void setImmediate(task);
  if (typeof MessageChannel === 'undefined') return void setTimeout(task);
  if (!channel) {
    channel = new MessageChannel();
    channel.port1.onmessage = () => tasks.shift()!();
  }
  tasks.push(task);
  channel.port2.postMessage(null);
}
