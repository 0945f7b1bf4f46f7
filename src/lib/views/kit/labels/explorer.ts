/** The strings of the explorer. */
export interface ExplorerLabels {
  explorer: string;
  maximize: (view: string) => string;
  restore: (view: string) => string;
}

/** The labels of the explorer in English. */
export const explorerLabels: ExplorerLabels = {
  explorer: 'Explorer',
  maximize: (view) => `maximise ${view}`,
  restore: (view) => `restore ${view}`,
};
