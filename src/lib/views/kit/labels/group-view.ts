import { counted, number } from './words.js';

/** The strings of the group view in English. */
export const groupViewLabels = {
  groupView: 'Groups',
  groupViewHint: 'choose a sentence, then what it looks at',
  groupListHelp: 'Up and down move, Enter chooses, Escape lets go.',
  groupGridHelp: 'Arrow keys move over the heads, Enter chooses a head or lets it go, Escape lets all go.',
  queryGroups: 'Who looks',
  keyGroups: 'What is looked at',
  /** The head grid: which heads look from the group of queries at the group of keys. */
  whichHeads: (group: string) => `Which heads look at ${group}`,
  headGridAxes: 'layers down, heads across',
  share: 'share',
  /** The column of lift: times an even spread. */
  lift: '× even',
  liftHelp: 'share ÷ what it would be if weight were spread evenly over all tokens that can be seen',
  /** The column of what removing a group changed. */
  removed: 'removed',
  removedHelp: 'what taking the group away and running the model again changed',
  removedChanges: (change: string) => `removed: changes by ${change}`,
  /** The rank correlation of share and change. */
  agreement: (correlation: string) =>
    `Do those that get most change most? Rank correlation of share and change: ${correlation}.`,
  /** What a group of queries is to a screen reader. */
  queryEntry: (name: string, most: string, share: string) => `${name} – most on ${most}, ${share}`,
  headEntry: (place: string, share: string) => `${place}: ${share}`,
  shareOfWeight: (share: string) => `${share} of the weight`,
  /** After a lift, to a screen reader. */
  timesEvenShort: 'times even',
  timesEven: (lift: string) => `${lift} times an even spread`,
  perToken: (share: string) => `${share} a token`,
  meanOfHeads: (count: number) => `mean of ${counted(count, 'head')}`,
  /** What heads are weighted by, where the mean over them is. */
  weightedBy: (label: string) => `weighted by ${label}`,
  weightedByHelp: 'the mean over heads, each weighted, or each alike',
  /** What the grid of heads shows. */
  gridShows: 'what the grid shows',
  /** The head grid: the weight of each head. */
  weightsOfHeads: (label: string) => `${label} of each head`,
  allHeads: 'all heads',
  chooseStrongest: (count: number) => `choose the ${count === 1 ? 'strongest' : `${count} strongest`}`,
  chosenHeads: (count: number) => counted(count, 'head'),
  /** A few heads, each as `shortPlace` writes it. */
  chosenHeadsNamed: (places: readonly string[]) =>
    `${places.length === 1 ? 'head' : 'mean of heads'} ${places.join(', ')}`,
  /** What the rest of a bar is. */
  restOfBar: (whole: string) =>
    whole
      ? `A whole bar is ${whole} of the weight; the other weight lies on what is in no group.`
      : 'The rest of a bar is weight on what is in no group.',
  leftOutOfBar: (share: string) => `${share} of the weight lies on tokens that are left out.`,
  groupCount: (queries: number, keys: number) => `${number(queries)} × ${number(keys)} groups`,
  readingHeads: (read: number, total: number) => `reading head ${number(read)} of ${number(total)}`,
};

export type GroupViewLabels = typeof groupViewLabels;
