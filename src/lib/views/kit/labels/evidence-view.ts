import { counted } from './words.js';

/** The strings of the evidence view in English. */
export const evidenceViewLabels = {
  evidenceView: 'Evidence',
  evidenceHelp:
    'Up and down move over the keys, Enter locks one, Escape lets it go. Control and C copies the numbers.',
  evidenceColumns: 'columns',
  /** The rank correlation of a column with the first one. */
  rankAgreement: (correlation: string) => `rank ρ ${correlation}`,
  rankAgreementHelp: (first: string, other: string) =>
    `Spearman’s rank correlation of ${first} and ${other} over the keys this query sees: 1 where both put them in one order, 0 where neither tells of the other.`,
  /** Recorded attention, by its stream. */
  attentionOf: (stream: string) => `${stream} attention`,
  sortedBy: (name: string) => `by ${name}`,
  sortHelp: (name: string) => `largest ${name} first; again: as in the text`,
  /** Whose keys these are. */
  keysOf: (query: string) => `keys of “${query}”`,
  keysSeen: (count: number) => counted(count, 'key'),
  onlyAttention: 'nothing else in this trace tells of this query',
};

export type EvidenceViewLabels = typeof evidenceViewLabels;
