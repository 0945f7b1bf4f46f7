/** The strings of the token view. */
export interface TokenViewLabels {
  tokenView: string;
  tokens: string;
  shown: string;
  shades: Record<'sends' | 'receives' | 'average', string>;
  shadeHelp: Record<'sends' | 'receives' | 'average', string>;
  averaging: (share: number) => string;
  averageOffer: string;
  averageCost: (weights: number) => string;
  /** Also of the head view. */
  reading: string;
  placing: (share: number) => string;
  goTo: (token: string) => string;
  goToHelp: (token: string) => string;
  mostReceived: (token: string) => string;
  /** The same of what is not weights, by the name of the quantity. */
  largestAverage: (token: string, quantity: string) => string;
  /** What a view holds, as merged. */
  tokenCount: (count: number, of: 'token' | 'word' | 'sentence' | 'segment') => string;
  /** The tokens of one side of two sequences. */
  sideOf: (sequence: string, side: string) => string;
  tokenViewHelp: string;
}

/** The labels of the token view in English. */
export const tokenViewLabels: TokenViewLabels = {
  tokenView: 'Text',
  tokens: 'tokens',
  shown: 'what is shaded',
  shades: { sends: 'sends', receives: 'receives', average: 'receives, avg' },
  shadeHelp: {
    sends: 'what the token looks at: its weights as a query',
    receives: 'what looks at the token: its weights as a key',
    average: 'what a token receives on average over the queries that can see it',
  },
  averaging: (share) => `averaging… ${Math.floor(share * 100)} %`,
  averageOffer: 'shade by average',
  averageCost: (weights) =>
    `reads ${weights.toLocaleString('en', { notation: 'compact', compactDisplay: 'long' })} weights`,
  reading: 'reading its weights …',
  placing: (share) => `laying out… ${Math.floor(share * 100)} %`,
  goTo: (token) => `go to ${token}`,
  goToHelp: (token) => `scroll to ${token}`,
  mostReceived: (token) => `${token} receives most on average`,
  largestAverage: (token, quantity) => `${token} receives the largest ${quantity} on average`,
  tokenCount: (count, of) => `${count.toLocaleString('en')} ${count === 1 ? of : `${of}s`}`,
  sideOf: (sequence, side) => `${sequence} · ${side}`,
  tokenViewHelp:
    'Left and right move from token to token, up and down from line to line, Enter locks a token, Escape lets it go. S goes to what the token looks at most, R to what looks at it most.',
};
