export { chooseFormat } from './format.js';
export { createThumbnailsLayer, type ThumbnailsLayer, type ThumbnailsOptions } from './layer.js';
export type { FailedHead, Thumbnail, ThumbnailsProps } from './types.js';
