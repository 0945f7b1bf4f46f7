export * from '../../scene/viewport.js';
