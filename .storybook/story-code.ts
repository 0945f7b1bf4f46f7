/** `<WithTrace …>{#snippet children(trace)}…{/snippet}</WithTrace>`: what stories load their traces with. */
const loader =
  /^<(WithTrace|WithMade)\b[\s\S]*?\{#snippet children\((\w+)\)\}([\s\S]*)\{\/snippet\}\s*<\/\1>$/;
/** `trace={madeUp(…)}`: what stories invent a trace with; a call with brackets of its own, two deep. */
const invented = /\strace=\{\w+\((?:[^(){}]|\{[^{}]*\}|\([^()]*\))*\)\}/;

/**
 * The code of a story as one would write it in an app: the components from the package, and a trace from a file, in place of what
 * the stories load and invent theirs with.
 *
 * @param source as Storybook shows it, with the props of the story filled in
 */
export function storyCode(source: string): string {
  const loaded = loader.exec(source.trim());
  const name = loaded?.[2] ?? 'trace';
  const body = (loaded?.[3] ?? source)
    .replace(invented, ' {trace}')
    // The toolbar's theme, which no app has to repeat.
    .replace(/\s+theme="(?:light|dark|auto)"/g, '')
    .replace(/"([A-Za-z_$][\w$]*)": /g, '$1: ');
  const markup = outdent(body.replace(/^(\s*<\w+)\s*\n([\s\S]*?)\n\s*(\{\w+\}\s*\/>)\s*$/, '$1\n$2\n  $3'));
  const views = [...new Set([...markup.matchAll(/<([A-Z]\w*)/g)].map(([, tag]) => tag!))];
  const needsTrace = loaded !== null || body.includes('{trace}');
  const imports = [`import { ${views.join(', ')} } from 'attentrace';`];
  if (needsTrace) imports.push(`import { loadTrace } from 'attentrace/io';`);
  const script = [
    '<script>',
    ...imports.map((line) => `  ${line}`),
    ...(needsTrace ? ['', `  const loading = loadTrace('trace.safetensors'); // or createTrace({ tokens, attention })`] : []),
    '</script>',
  ].join('\n'); // prettier-ignore
  if (!needsTrace) return `${script}\n\n${markup}`;
  return `${script}\n\n{#await loading then ${name}}\n${indent(markup)}\n{/await}`;
}

const indent = (text: string): string => text.replace(/^(?=.)/gm, '  ');

function outdent(text: string): string {
  const lines = text.replace(/^\s*\n|\s+$/g, '').split('\n');
  const first = lines[0]!.match(/^ */)![0].length;
  return lines.map((line) => line.slice(Math.min(first, line.match(/^ */)![0].length))).join('\n');
}
