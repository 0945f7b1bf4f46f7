// Import this first, and WebGL takes for ever to start: drawings stay busy, and all else of a view is there to be used, as it is
// on a slow machine. Without it a view says, soon, that there is no WebGL.
import { vi } from 'vitest';

vi.mock('../../src/lib/render/stage.js', async (original) => ({
  ...(await original<object>()),
  joinStage: () => ({ stage: new Promise<never>(() => {}), leave: () => {} }),
}));
