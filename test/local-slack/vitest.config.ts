import { defineConfig } from 'vitest/config'

/** Asked for by name only: the stand-in that these tests start listens on every interface. */
export default defineConfig({
  test: { include: ['test/local-slack/*.test.ts'], testTimeout: 60_000, hookTimeout: 60_000 },
})
