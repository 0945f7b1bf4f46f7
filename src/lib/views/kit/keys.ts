/** What a key does. False: nothing here, so the page may have it. */
export type KeyAction = (event: KeyboardEvent) => unknown;

/** Keeps a key that a view has used from the page around it, whose own shortcuts it would trigger too. */
export function keep(event: KeyboardEvent): void {
  event.preventDefault();
  event.stopPropagation();
}

/**
 * Does what the key that is pressed stands for. Actions go by the names of keys, with Control as `Control+Home`; the space bar does what
 * Enter does. All other keys, and those with Alt or the system's own key, are left to the page.
 */
export function actOnKey(
  event: KeyboardEvent,
  actions: Readonly<Record<string, KeyAction>>,
  name = event.key,
): void {
  if (event.metaKey || event.altKey) return;
  const held = event.ctrlKey ? 'Control+' : '';
  const action = actions[held + name] ?? (name === ' ' ? actions[`${held}Enter`] : undefined);
  if (action && action(event) !== false) keep(event);
}

/** The actions of the four arrow keys: steps down and to the right. */
export const arrowSteps = (step: (down: number, right: number) => unknown): Record<string, KeyAction> => ({
  ArrowUp: () => step(-1, 0),
  ArrowDown: () => step(1, 0),
  ArrowLeft: () => step(0, -1),
  ArrowRight: () => step(0, 1),
});
