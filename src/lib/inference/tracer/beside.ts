import { InferenceError } from '../errors.js';
import { loadWeights, MODEL_FILE, pathOf, type ModelSource } from './load-model.js';
import type { DownloadOptions } from './download.js';
import type { OnnxRuntime } from './runtime.js';

export interface BesideOptions extends DownloadOptions {
  ort: OnnxRuntime;
  session?: Record<string, unknown>;
  externalData?: Readonly<Record<string, ModelSource>>;
}

/** The files beside a model that hold its weights: as they came, or the folder where onnxruntime-node maps them into memory itself. */
export type Beside = { folder: string } | { path: string; data: Uint8Array | Blob }[];

/** @throws InferenceError for what cannot be found or read */
export async function loadBeside(
  source: ModelSource,
  names: readonly string[],
  options: BesideOptions,
): Promise<Beside> {
  if (names.length === 0 || options.session?.externalData) return [];
  const sources = names.map((path) => ({
    path,
    source: options.externalData?.[path] ?? besideModel(source, path),
  }));
  const modelPath = pathOf(source);
  if (options.ort.env?.versions?.node && modelPath !== undefined && !options.externalData)
    return { folder: folderOf(modelPath) || '.' };
  const files: { path: string; data: Uint8Array | Blob }[] = [];
  for (const { path, source } of sources) files.push({ path, data: await loadWeights(source, options) });
  return files;
}

/** The largest `Blob` that browsers read into one array; a larger one onnxruntime can fetch from an address. */
const MOST_OF_A_BLOB = 2 ** 31 - 1;

/** Runs `create` with the files beside the model as onnxruntime takes them. */
export async function withBeside<T>(
  beside: Beside,
  session: Record<string, unknown> | undefined,
  create: (options: Record<string, unknown>) => Promise<T>,
): Promise<T> {
  if (!Array.isArray(beside))
    return create({
      ...session,
      extra: {
        'session.model_external_initializers_file_folder_path': beside.folder,
        ...(session?.extra as object),
      },
    });
  const addresses: string[] = [];
  const externalData = beside.map(({ path, data }) => {
    if (!(data instanceof Blob) || data.size <= MOST_OF_A_BLOB) return { path, data };
    addresses.push(URL.createObjectURL(data));
    return { path, data: addresses.at(-1)! };
  });
  try {
    return await create({ ...(externalData.length > 0 ? { externalData } : {}), ...session });
  } finally {
    addresses.forEach((address) => URL.revokeObjectURL(address));
  }
}

/**
 * A file that a model names as holding its weights, beside it where it came from. The name is the model's own, so that it may
 * lead nowhere but there.
 *
 * @throws InferenceError `missing-model`
 */
export function besideModel(source: ModelSource, name: string): ModelSource {
  const beside = (path: string, file = encodeURI(name)): string => folderOf(path) + file;
  if (/^[^/\\:?#]/.test(name) && !/(^|[/\\])\.\.([/\\]|$)|[:?#]/.test(name)) {
    const path = pathOf(source);
    if (path !== undefined) return beside(path, name);
    if (typeof source === 'string' || source instanceof URL) {
      const [address, query] = String(source).split(/(?=[?#])/, 2) as [string, string?];
      return beside(address) + (query ?? '');
    }
    if ('repo' in source) return { ...source, file: beside(source.file ?? MODEL_FILE) };
  }
  throw new InferenceError({
    code: 'missing-model',
    place: `the model's file '${name}'`,
    found: 'a model whose weights lie in another file, and no address to find it beside',
    expected: 'that file too',
    fix: `Pass externalData: { ${JSON.stringify(name)}: bytes }.`,
  });
}

/** Where a path's file lies, with the last slash. */
function folderOf(path: string): string {
  return path.slice(0, Math.max(path.lastIndexOf('/'), path.lastIndexOf('\\')) + 1);
}
