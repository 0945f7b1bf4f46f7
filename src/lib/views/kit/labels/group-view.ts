/** The strings of the group view. */
export interface GroupViewLabels {
  groupView: string;
  groupViewHint: string;
  groupListHelp: string;
  groupGridHelp: string;
  queryGroups: string;
  keyGroups: string;
  /** The head grid: which heads look from the group of queries at the group of keys. */
  whichHeads: (group: string) => string;
  headGridAxes: string;
  share: string;
  /** The column of lift: times an even spread. */
  lift: string;
  liftHelp: string;
  /** The column of what removing a group changed. */
  removed: string;
  removedHelp: string;
  removedChanges: (change: string) => string;
  /** The rank correlation of share and change. */
  agreement: (correlation: string) => string;
  /** What a group of queries is to a screen reader. */
  queryEntry: (name: string, most: string, share: string) => string;
  headEntry: (place: string, share: string) => string;
  shareOfWeight: (share: string) => string;
  timesEven: (lift: string) => string;
  /** After a lift, to a screen reader. */
  timesEvenShort: string;
  perToken: (share: string) => string;
  meanOfHeads: (count: number) => string;
  /** What heads are weighted by, where the mean over them is. */
  weightedBy: (label: string) => string;
  weightedByHelp: string;
  /** What the grid of heads shows. */
  gridShows: string;
  /** The head grid: the weight of each head. */
  weightsOfHeads: (label: string) => string;
  allHeads: string;
  chooseStrongest: (count: number) => string;
  chosenHeads: (count: number) => string;
  /** A few heads, each as `shortPlace` writes it. */
  chosenHeadsNamed: (places: readonly string[]) => string;
  /** What the rest of a bar is. */
  restOfBar: (whole: string) => string;
  leftOutOfBar: (share: string) => string;
  groupCount: (queries: number, keys: number) => string;
  readingHeads: (read: number, total: number) => string;
}

/** The strings of the group view in English. */
export const groupViewLabels: GroupViewLabels = {
  groupView: 'Groups',
  groupViewHint: 'choose a sentence, then what it looks at',
  groupListHelp: 'Up and down move, Enter chooses, Escape lets go.',
  groupGridHelp: 'Arrow keys move over the heads, Enter chooses a head or lets it go, Escape lets all go.',
  queryGroups: 'Who looks',
  keyGroups: 'What is looked at',
  whichHeads: (group) => `Which heads look at ${group}`,
  headGridAxes: 'layers down, heads across',
  share: 'share',
  lift: '× even',
  liftHelp: 'share ÷ what it would be if weight were spread evenly over all tokens that can be seen',
  removed: 'removed',
  removedHelp: 'what taking the group away and running the model again changed',
  removedChanges: (change) => `removed: changes by ${change}`,
  agreement: (correlation) =>
    `Do those that get most change most? Rank correlation of share and change: ${correlation}.`,
  queryEntry: (name, most, share) => `${name} – most on ${most}, ${share}`,
  headEntry: (place, share) => `${place}: ${share}`,
  shareOfWeight: (share) => `${share} of the weight`,
  timesEvenShort: 'times even',
  timesEven: (lift) => `${lift} times an even spread`,
  perToken: (share) => `${share} a token`,
  meanOfHeads: (count) => `mean of ${count.toLocaleString('en')} ${count === 1 ? 'head' : 'heads'}`,
  weightedBy: (label) => `weighted by ${label}`,
  weightedByHelp: 'the mean over heads, each weighted, or each alike',
  gridShows: 'what the grid shows',
  weightsOfHeads: (label) => `${label} of each head`,
  allHeads: 'all heads',
  chooseStrongest: (count) => `choose the ${count === 1 ? 'strongest' : `${count} strongest`}`,
  chosenHeads: (count) => `${count.toLocaleString('en')} ${count === 1 ? 'head' : 'heads'}`,
  chosenHeadsNamed: (places) => `${places.length === 1 ? 'head' : 'mean of heads'} ${places.join(', ')}`,
  restOfBar: (whole) =>
    whole
      ? `A whole bar is ${whole} of the weight; the other weight lies on what is in no group.`
      : 'The rest of a bar is weight on what is in no group.',
  leftOutOfBar: (share) => `${share} of the weight lies on tokens that are left out.`,
  groupCount: (queries, keys) => `${queries.toLocaleString('en')} × ${keys.toLocaleString('en')} groups`,
  readingHeads: (read, total) => `reading head ${read.toLocaleString('en')} of ${total.toLocaleString('en')}`,
};
