import { budgetViewLabels, type BudgetViewLabels } from './budget-view.js';
import { compareViewLabels, type CompareViewLabels } from './compare-view.js';
import { evidenceViewLabels, type EvidenceViewLabels } from './evidence-view.js';
import { figureLabels, type FigureLabels } from './figure.js';
import { groupViewLabels, type GroupViewLabels } from './group-view.js';
import { headScatterLabels, type HeadScatterLabels } from './head-scatter.js';
import { modelViewLabels, type ModelViewLabels } from './model-view.js';
import { neuronLabels, type NeuronLabels } from './neuron-view.js';
import { sharedLabels, type SharedLabels } from './shared.js';
import { tokenViewLabels, type TokenViewLabels } from './token-view.js';

/** Every string a reader sees. Pass any of them as `labels` to put it in another language. */
export interface Labels
  extends
    BudgetViewLabels,
    CompareViewLabels,
    EvidenceViewLabels,
    FigureLabels,
    GroupViewLabels,
    HeadScatterLabels,
    ModelViewLabels,
    NeuronLabels,
    SharedLabels,
    TokenViewLabels {}

/** The labels in English. */
export const defaultLabels: Labels = {
  ...budgetViewLabels,
  ...compareViewLabels,
  ...evidenceViewLabels,
  ...figureLabels,
  ...groupViewLabels,
  ...headScatterLabels,
  ...modelViewLabels,
  ...neuronLabels,
  ...tokenViewLabels,
  ...sharedLabels,
};
