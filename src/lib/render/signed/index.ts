export { createSignedLayer, type SignedLayer, type SignedPanel, type SignedProps } from './layer.js';
