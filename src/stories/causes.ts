import { causes, type HeadValue } from '../lib/analysis/index.js';
import { createTracer, type Tracer } from '../lib/inference/index.js';
import { traceOf, type Trace } from '../lib/index.js';
import { demos } from './inference/demo-models.js';

let made: Promise<Tracer> | undefined;
/** The induction model, run in this page. */
const induction = (): Promise<Tracer> =>
  (made ??= import('onnxruntime-web/wasm').then((ort) =>
    createTracer({ ort, ...demos.induction.options() }),
  ));

/** The attention of the induction model on a text, and beside it what taking each token, or its value in a layer, away changes. */
export async function withCauses(): Promise<Trace> {
  const tracer = await induction();
  const { text } = demos.induction;
  const trace = await tracer.trace(text);
  const occluded = await tracer.ablate(text, { token: 'each' });
  const zeroed = await tracer.ablate(text, { value: 'each', layer: 1 });
  return traceOf(trace, causes(trace.stream(), occluded), causes(trace.stream(), zeroed));
}

/** What silencing each head of the model changes of what it says next. */
export function headCauses(): Promise<HeadCauses> {
  return (silenced ??= silenceEach());
}

interface HeadCauses {
  trace: Trace;
  values: HeadValue[];
}
let silenced: Promise<HeadCauses> | undefined;

async function silenceEach(): Promise<HeadCauses> {
  const tracer = await induction();
  const { text } = demos.induction;
  const { changes } = await tracer.ablate(text, { head: 'each' });
  const values = changes.map(({ head, change }) => ({ layer: head!.layer, head: head!.head, value: change }));
  return { trace: await tracer.trace(text), values };
}
