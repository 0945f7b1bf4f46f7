/** The change that makes `now` of `before`: what is given no more is undefined. */
export const replaceProps = (before: object, now: object): Record<string, unknown> => ({
  ...Object.fromEntries(Object.keys(before).map((name) => [name, undefined])),
  ...now,
});
