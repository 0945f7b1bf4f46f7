import { describe, expect, test, vi } from 'vitest';
import { listKeys, type ListKeys } from '../../../src/lib/views/kit/list-keys.js';

/** A list of ten entries, of which three fit in sight, with what its keys did. */
function listOf(cursor: number | null, more: Partial<ListKeys> = {}) {
  const done: unknown[] = [];
  const onkeydown = listKeys({
    count: () => 10,
    cursor: () => cursor,
    page: () => 3,
    move: (to) => done.push(to),
    lock: (at) => done.push(`lock ${at}`),
    release: () => done.push('release'),
    ...more,
  });
  return {
    done,
    /** Presses a key in the list. True where the page may have it too. */
    press(key: string, held: KeyboardEventInit = {}): boolean {
      const event = new KeyboardEvent('keydown', { key, cancelable: true, bubbles: true, ...held });
      const stop = vi.spyOn(event, 'stopPropagation');
      onkeydown(event);
      expect(stop.mock.calls.length > 0).toBe(event.defaultPrevented);
      return !event.defaultPrevented;
    },
  };
}

test.each([
  ['ArrowUp', 5, 4],
  ['ArrowDown', 5, 6],
  ['PageUp', 5, 2],
  ['PageDown', 5, 8],
  ['Home', 5, 0],
  ['End', 5, 9],
  // Nothing goes over the ends.
  ['ArrowUp', 0, 0],
  ['ArrowDown', 9, 9],
  ['PageUp', 2, 0],
  ['PageDown', 8, 9],
  // Where there is no cursor yet it appears at the beginning.
  ['ArrowUp', null, 0],
  ['ArrowDown', null, 0],
  ['PageDown', null, 3],
  ['Enter', 5, 'lock 5'],
  [' ', 5, 'lock 5'],
  ['Enter', null, 'lock null'],
  ['Escape', 5, 'release'],
] as const)('%s at %s: %s, and the page does not hear of it', (key, cursor, done) => {
  const list = listOf(cursor);
  expect(list.press(key)).toBe(false);
  expect(list.done).toEqual([done]);
});

describe('the page has', () => {
  test('keys that the list has no use for', () => {
    const list = listOf(5);
    for (const key of ['a', 'Tab', 'F5', 'ArrowLeft', 'Delete']) expect(list.press(key), key).toBe(true);
    expect(list.done).toEqual([]);
  });

  test('keys with Control, Alt or the command key', () => {
    const list = listOf(5);
    for (const held of [{ ctrlKey: true }, { altKey: true }, { metaKey: true }])
      expect(list.press('ArrowDown', held)).toBe(true);
    expect(list.done).toEqual([]);
  });

  test('a key that had nothing to do, such as Escape where nothing is locked', () => {
    expect(listOf(null, { release: () => false }).press('Escape')).toBe(true);
  });
});

test('arrows trade places where entries stand side by side', () => {
  const list = listOf(5, { horizontal: () => true, more: { ArrowLeft: () => list.done.push('across') } });
  for (const key of ['ArrowRight', 'ArrowLeft', 'ArrowUp', 'Home']) list.press(key);
  expect(list.done).toEqual([6, 4, 'across', 0]);
});

test('a view adds keys and replaces some, with Control too', () => {
  const list = listOf(5, {
    more: { Home: () => list.done.push('row'), 'Control+Home': () => list.done.push('all') },
  });
  expect([list.press('Home'), list.press('Home', { ctrlKey: true })]).toEqual([false, false]);
  expect(list.done).toEqual(['row', 'all']);
});
