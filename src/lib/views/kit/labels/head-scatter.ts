/** The strings of the scatter of heads. */
export interface HeadScatterLabels {
  headScatter: string;
  headScatterHint: string;
  headScatterHelp: string;
  headDots: string;
  horizontalMeasure: string;
  verticalMeasure: string;
  swapAxes: string;
  /** The colours of layers, from the first to the last. */
  layersFrom: (first: number, last: number) => string;
  headCount: (count: number) => string;
  headsWithout: (count: number) => string;
  headsWithoutHelp: string;
}

/** The strings of the scatter of heads in English. */
export const headScatterLabels: HeadScatterLabels = {
  headScatter: 'Scatter of heads',
  headScatterHint: 'click a head, or drag a box, to choose heads',
  headScatterHelp:
    'Left and right move over the heads by the horizontal measure, up and down by the vertical one, Enter chooses a head or lets it go, Escape lets all go.',
  headDots: 'heads by two measures',
  horizontalMeasure: 'horizontal measure',
  verticalMeasure: 'vertical measure',
  swapAxes: 'swap the axes',
  layersFrom: (first, last) => (first === last ? `layer ${first}` : `layers ${first} to ${last}`),
  headCount: (count) => `${count.toLocaleString('en')} ${count === 1 ? 'head' : 'heads'}`,
  headsWithout: (count) => `${count.toLocaleString('en')} not shown`,
  headsWithoutHelp: 'One of the two measures has no value for these heads, or they cannot be read.',
};
