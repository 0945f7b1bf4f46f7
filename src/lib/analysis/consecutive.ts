/** Ascending numbers as runs of consecutive ones, each of at most `most`. */
export function* consecutive(
  numbers: readonly number[],
  most = Infinity,
): Iterable<{ start: number; count: number }> {
  for (let i = 0; i < numbers.length;) {
    let count = 1;
    while (count < most && numbers[i + count] === numbers[i]! + count) count++;
    yield { start: numbers[i]!, count };
    i += count;
  }
}
