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
  goTo: string;
  goToHelp: (token: string) => string;
  mostReceived: (token: string) => string;
  tokenCount: (count: number) => string;
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
  goTo: 'go to',
  goToHelp: (token) => `scroll to ${token}`,
  mostReceived: (token) => `${token} receives most on average`,
  tokenCount: (count) => `${count.toLocaleString('en')} ${count === 1 ? 'token' : 'tokens'}`,
  tokenViewHelp:
    'Left and right move from token to token, up and down from line to line, Enter locks a token, Escape lets it go. S goes to what the token looks at most, R to what looks at it most.',
};
