import { errorsOf } from '../trace/errors.js';

/** The error for a file that cannot be read. */
export const fileError = errorsOf('file', 'Save or download the file again.');
