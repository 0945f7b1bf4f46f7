export { type FailedHead } from './reads.js';
export {
  createThumbnailsLayer,
  type Thumbnail,
  type ThumbnailsLayer,
  type ThumbnailsOptions,
  type ThumbnailsProps,
} from './layer.js';
