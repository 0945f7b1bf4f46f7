import { AttentraceError, type ErrorParts } from '../trace/index.js';

/** What can go wrong with drawing. `context-lost` passes when the browser gives the context back. */
export type RenderErrorCode = 'no-webgl2' | 'context-lost' | 'block-failed' | 'draw-failed';

const parts: Record<RenderErrorCode, Omit<ErrorParts<RenderErrorCode>, 'code'>> = {
  'no-webgl2': {
    place: 'this browser',
    found: 'no WebGL 2',
    expected: 'WebGL 2, to draw with',
    fix: 'Turn on hardware acceleration, or use a current browser.',
  },
  'context-lost': {
    place: 'drawing',
    found: 'that the browser took the graphics context away',
    expected: 'one that stays',
    fix: 'It is drawn again when the context is back; if it does not come back, reload the page.',
  },
  'block-failed': {
    place: 'drawing',
    found: 'weights that could not be read',
    expected: 'weights',
    fix: 'The cause says why.',
  },
  'draw-failed': {
    place: 'drawing',
    found: 'an error',
    expected: 'a picture',
    fix: 'The cause says what it was.',
  },
};

/** A cause in words. */
export const messageOf = (cause: unknown): string => (cause instanceof Error ? cause.message : String(cause));

/**
 * Why nothing, or something old, is on the screen. `message` is a sentence for the reader that says what to do.
 */
export class RenderError extends AttentraceError<RenderErrorCode> {
  override readonly name = 'RenderError';

  constructor(code: RenderErrorCode, message: string, options?: ErrorOptions) {
    super({ code, ...parts[code], cause: options?.cause });
    this.message = message;
  }
}
