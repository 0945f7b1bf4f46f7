import { counted, number } from './words.js';

/** The strings of the scatter of heads in English. */
export const headScatterLabels = {
  headScatter: 'Scatter of heads',
  headScatterHint: 'click a head, or drag a box, to choose heads',
  headScatterHelp:
    'Left and right move over the heads by the horizontal measure, up and down by the vertical one, Enter chooses a head or lets it go, Escape lets all go.',
  headDots: 'heads by two measures',
  horizontalMeasure: 'horizontal measure',
  verticalMeasure: 'vertical measure',
  swapAxes: 'swap the axes',
  /** The colours of layers, from the first to the last. */
  layersFrom: (first: number, last: number) =>
    first === last ? `layer ${first}` : `layers ${first} to ${last}`,
  headCount: (count: number) => counted(count, 'head'),
  headsWithout: (count: number) => `${number(count)} not shown`,
  headsWithoutHelp: 'One of the two measures has no value for these heads, or they cannot be read.',
};

export type HeadScatterLabels = typeof headScatterLabels;
