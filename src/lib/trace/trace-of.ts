import { describe, either } from './describe.js';
import { TraceError } from './errors.js';
import type { Stream, StreamName, Trace } from './types.js';

/**
 * A trace of existing streams: derived ones alone, or beside those of a trace. Model and text are those of the first trace.
 *
 * @throws TraceError `empty` for nothing, `stream-name` where two streams have one name, or one has none
 * @example
 * const trace = traceOf(recorded, rollout(recorded.stream()));
 * trace.stream('rollout');
 */
export function traceOf(...parts: readonly (Trace | Stream)[]): Trace {
  const traces = parts.filter((part): part is Trace => !isStream(part));
  const streams = parts.flatMap((part) => (isStream(part) ? [part] : part.streams));
  const { model, text } = traces[0] ?? {};
  if (streams.length === 0)
    throw new TraceError({
      code: 'empty',
      place: 'traceOf',
      found: 'no stream',
      expected: 'at least one stream or trace',
      fix: 'Pass traces and streams: traceOf(trace, rollout(trace.stream())).',
    });
  const names = streams.map(({ name }) => name);
  const wrong = names.findIndex((name, i) => !isName(name) || names.indexOf(name) < i);
  if (wrong >= 0)
    throw new TraceError({
      code: 'stream-name',
      place: `stream ${wrong}`,
      found: isName(names[wrong]) ? `another called '${names[wrong]}'` : describe(names[wrong]),
      expected: 'a name of its own for every stream',
      fix: 'Give what you derive a name: deriveStream(stream, { name: "rollout", … }).',
    });
  return heldStreams(streams, { model, text });
}

/** The trace that holds these streams. */
export function heldStreams(streams: readonly Stream[], { model, text }: Partial<Trace>): Trace {
  return {
    model,
    text,
    streams,
    stream: (name) => streamNamed(streams, name, 'trace'),
  };
}

/**
 * A stream by its name; without one, the first.
 *
 * @param holder what holds the streams, for messages
 * @throws TraceError `unknown-stream`
 */
export function streamNamed<S extends { readonly name: StreamName }>(
  streams: readonly S[],
  name: StreamName | undefined,
  holder: string,
): S {
  const stream = name === undefined ? streams[0] : streams.find((one) => one.name === name);
  if (stream) return stream;
  throw new TraceError({
    code: 'unknown-stream',
    place: 'stream',
    found: describe(name),
    expected: either(streams.map((one) => `'${one.name}'`)),
    fix: `This ${holder} holds no other stream.`,
  });
}

function isStream(part: Trace | Stream): part is Stream {
  return typeof (part as Partial<Stream> | undefined)?.matrix === 'function';
}

function isName(name: unknown): name is string {
  return typeof name === 'string' && name.trim() !== '';
}
