import type { TestProject } from 'vitest/node';
import { HUB_MODELS } from '../../hub-models.js';
import { startHub } from '../../hub-server.js';

declare module 'vitest' {
  interface ProvidedContext {
    /** Where a hub of this project's own models answers. */
    hub: string;
  }
}

export default async function setup(project: TestProject): Promise<() => void> {
  const hub = await startHub(HUB_MODELS);
  project.provide('hub', hub.host);
  return hub.close;
}
