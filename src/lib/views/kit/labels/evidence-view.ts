/** The strings of the evidence view. */
export interface EvidenceViewLabels {
  evidenceView: string;
  evidenceHelp: string;
  evidenceColumns: string;
  /** The rank correlation of a column with the first one. */
  rankAgreement: (correlation: string) => string;
  rankAgreementHelp: (first: string, other: string) => string;
  /** Recorded attention, by its stream. */
  attentionOf: (stream: string) => string;
  sortedBy: (name: string) => string;
  sortHelp: (name: string) => string;
  /** Whose keys these are. */
  keysOf: (query: string) => string;
  keysSeen: (count: number) => string;
  onlyAttention: string;
}

/** The strings of the evidence view in English. */
export const evidenceViewLabels: EvidenceViewLabels = {
  evidenceView: 'Evidence',
  evidenceHelp:
    'Up and down move over the keys, Enter locks one, Escape lets it go. Control and C copies the numbers.',
  evidenceColumns: 'columns',
  rankAgreement: (correlation) => `rank ρ ${correlation}`,
  rankAgreementHelp: (first, other) =>
    `Spearman’s rank correlation of ${first} and ${other} over the keys this query sees: 1 where both put them in one order, 0 where neither tells of the other.`,
  attentionOf: (stream) => `${stream} attention`,
  sortedBy: (name) => `by ${name}`,
  sortHelp: (name) => `largest ${name} first; again: as in the text`,
  keysOf: (query) => `keys of “${query}”`,
  keysSeen: (count) => `${count.toLocaleString('en')} ${count === 1 ? 'key' : 'keys'}`,
  onlyAttention: 'nothing else in this trace tells of this query',
};
