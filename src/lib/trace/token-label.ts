/** Marks for characters that would vanish on the screen, where they have a better one than Unicode’s picture of them. */
const marks: Readonly<Record<string, string>> = { '\n': '⏎', '\t': '⇥' };

/** Characters that join or style their neighbours, as in 👩‍🚀: visible by their effect, unless they stand alone. */
const joiner = /[\p{Join_Control}\p{Variation_Selector}]/u;
const onlyJoiners = /^[\p{Join_Control}\p{Variation_Selector}]+$/u;
/** Control, format (zero-width, direction) and line-breaking characters, and halves of surrogate pairs. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}\p{Variation_Selector}]/gu;

const longestRunOfSpaces = 8;

function mark(character: string): string {
  const code = character.codePointAt(0)!;
  if (code < 0x20) return marks[character] ?? String.fromCharCode(0x2400 + code);
  return `⟨U+${code.toString(16).toUpperCase().padStart(4, '0')}⟩`;
}

/** Where the spaces at the end of a text start. A regular expression would take quadratic time on long runs of spaces. */
function textEnd(text: string): number {
  let end = text.length;
  while (end > 0 && /\p{Zs}/u.test(text[end - 1]!)) end--;
  return end;
}

function showSpaces(spaces: string): string {
  if (spaces.length > longestRunOfSpaces && /^ +$/.test(spaces)) return `␣×${spaces.length}`;
  return spaces.replace(/\p{Zs}/gu, (space) => (space === ' ' ? '␣' : mark(space)));
}

/**
 * A token's text with what a reader could not see made visible: newline ⏎, tab ⇥, spaces at the end or alone ␣, zero-width
 * and control characters by number, nothing at all ∅. A leading space before text stays a space.
 */
export function tokenLabel(text: string): string {
  if (text === '') return '∅';
  const alone = onlyJoiners.test(text);
  const shown = text.replace(invisible, (character) =>
    joiner.test(character) && !alone ? character : mark(character),
  );
  const end = textEnd(shown);
  const label = shown.slice(0, end) + showSpaces(shown.slice(end));
  return /^\p{M}/u.test(label) && !alone ? `◌${label}` : label;
}
