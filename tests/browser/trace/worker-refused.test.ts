// What makes coarser levels where no worker starts, or only under a policy: each in a frame of its own, as a page learns it once.
import { expect, test } from 'vitest';

/** What a page of its own finds, under a security policy. */
async function inFrame(workers: string, policy = ''): Promise<unknown> {
  const frame = document.createElement('iframe');
  const script = `${new URL('./worker-page.ts', import.meta.url).pathname}${workers && `?workers=${workers}`}`;
  frame.srcdoc = `<meta http-equiv="Content-Security-Policy" content="${policy}"><script type="module" src="${script}"></script>`;
  const told = new Promise((resolve) => {
    window.addEventListener('message', ({ data, source }) => source === frame.contentWindow && resolve(data));
  });
  document.body.append(frame);
  const found = await told;
  frame.remove();
  return found;
}

test.each([
  ['a page that lets no worker start', 'refused', 1],
  ['a worker whose file is not there', 'missing', 1],
  ['a browser without workers', 'none', 0],
])('%s: levels are made on the page’s own thread', async (_, workers, asked) => {
  expect(await inFrame(workers)).toEqual({ violations: [], asked, tasks: 0, largest: 230 });
});

test('where Trusted Types are asked for, workers start under the policy “attentrace”, and nothing is reported', async () => {
  const found = await inFrame('', "require-trusted-types-for 'script'; trusted-types attentrace");
  expect(found).toMatchObject({ violations: [], largest: 230 });
  expect(found).toHaveProperty(
    'tasks',
    expect.toSatisfy((tasks: number) => tasks > 0),
  );
});

test('where no policy of that name is allowed, levels are made on the page', async () => {
  const found = await inFrame('', "require-trusted-types-for 'script'; trusted-types 'none'");
  expect(found).toMatchObject({ tasks: 0, largest: 230 });
});
