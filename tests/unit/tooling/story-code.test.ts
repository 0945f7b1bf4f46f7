import { compile } from 'svelte/compiler';
import { expect, test } from 'vitest';
import { storyCode } from '../../../.storybook/story-code.js';

test('a story that loads a trace, with its props', () => {
  const code = storyCode(`<WithTrace name="pair">
  {#snippet children(trace)}<HeadView 
  layer={3}
  selection={{ "query": 16 }}
  theme="light"
 {trace} />{/snippet}
</WithTrace>`);
  expect(code).toBe(`<script>
  import { HeadView } from 'attentrace';
  import { loadTrace } from 'attentrace/io';

  const loading = loadTrace('trace.safetensors'); // or createTrace({ tokens, attention })
</script>

{#await loading then trace}
  <HeadView
    layer={3}
    selection={{ query: 16 }}
    {trace} />
{/await}`);
  compile(code, {});
});

test('several views in an Explorer keep their layout', () => {
  const code = storyCode(`<WithTrace name="pair">
      {#snippet children(recorded)}
        <Explorer trace={recorded} layer={1}>
          <HeadView />
          <Heatmap />
        </Explorer>
      {/snippet}
    </WithTrace>`);
  expect(code).toContain("import { Explorer, HeadView, Heatmap } from 'attentrace';");
  expect(code).toContain(`{#await loading then recorded}
  <Explorer trace={recorded} layer={1}>
    <HeadView />
    <Heatmap />
  </Explorer>
{/await}`);
  compile(code, {});
});

test.each([
  ['made with numbers', `<HeadView trace={longHeadsTrace({ tokens: 16_384, heads: 12 })} theme="dark" />`],
  ['made with a call', `<Heatmap trace={traceOf(recorded, rollout(stream))} />`],
])('a trace that a story invents is read from a file: %s', (_, source) => {
  const code = storyCode(source);
  expect(code).toMatch(/\n {2}<(HeadView|Heatmap) \{trace\} \/>\n/);
  compile(code, {});
});

test('arrays stay, as no trace is asked for', () => {
  const code = storyCode(`<HeadView tokens={[ "a" ]} attention={[ [ [ [ 1 ] ] ] ]} theme="light" />`);
  expect(code).toBe(`<script>
  import { HeadView } from 'attentrace';
</script>

<HeadView tokens={[ "a" ]} attention={[ [ [ [ 1 ] ] ] ]} />`);
});
