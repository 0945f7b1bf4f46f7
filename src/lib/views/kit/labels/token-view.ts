import { counted } from './words.js';

/** The labels of the token view in English. */
export const tokenViewLabels = {
  tokenView: 'Text',
  tokens: 'tokens',
  shown: 'what is shaded',
  shades: { sends: 'sends', receives: 'receives', average: 'receives, avg' },
  shadeHelp: {
    sends: 'what the token looks at: its weights as a query',
    receives: 'what looks at the token: its weights as a key',
    average: 'what a token receives on average over the queries that can see it',
  },
  averaging: (share: number) => `averaging… ${Math.floor(share * 100)} %`,
  averageOffer: 'shade by average',
  averageCost: (weights: number) =>
    `reads ${weights.toLocaleString('en', { notation: 'compact', compactDisplay: 'long' })} weights`,
  /** Also of the head view. */
  reading: 'reading its weights …',
  placing: (share: number) => `laying out… ${Math.floor(share * 100)} %`,
  goTo: (token: string) => `go to ${token}`,
  goToHelp: (token: string) => `scroll to ${token}`,
  mostReceived: (token: string) => `${token} receives most on average`,
  /** The same of what is not weights, by the name of the quantity. */
  largestAverage: (token: string, quantity: string) => `${token} receives the largest ${quantity} on average`,
  /** What a view holds, as merged. */
  tokenCount: (count: number, of: 'token' | 'word' | 'sentence' | 'segment') => counted(count, of),
  /** The tokens of one side of two sequences. */
  sideOf: (sequence: string, side: string) => `${sequence} · ${side}`,
  tokenViewHelp:
    'Left and right move from token to token, up and down from line to line, Enter locks a token, Escape lets it go. S goes to what the token looks at most, R to what looks at it most.',
};

export type TokenViewLabels = typeof tokenViewLabels;
