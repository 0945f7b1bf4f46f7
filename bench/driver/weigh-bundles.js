// @ts-check
import { run } from '../../scripts/run.js';

/**
 * What parts of the package weigh in an app, minified and gzipped, in kB, as `npm run size` says it.
 * @returns {Promise<{ name: string, first: number, later: number }[]>}
 */
export async function weighBundles() {
  console.log('Weighing the package …');
  const { ok, output } = await run('npm run --silent build && node scripts/bundle-size.js', { quiet: true });
  if (!ok) throw new Error(`The package could not be weighed:\n${output}`);
  return [...output.matchAll(/^(\S.*?) {2,}([\d.]+) kB(?: \+ ([\d.]+) kB)?/gm)].map(
    ([, name = '', first, later = 0]) => ({ name, first: Number(first), later: Number(later) }),
  );
}
