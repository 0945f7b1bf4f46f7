/** A column of the table of an opened query: the vectors q and k, their product dimension by dimension, its sum, and the softmax. */
export type TableColumn = 'query' | 'key' | 'product' | 'score' | 'weight';

/** A cell of that table. `key` is null in the query's own vector, `dim` in columns that have one number a key. */
export interface TableCell {
  key: number | null;
  column: TableColumn;
  dim: number | null;
}
