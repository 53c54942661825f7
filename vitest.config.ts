import { defineConfig } from 'vitest/config'

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // Asked for by name only, `npm run test:local-slack`: it fetches a program and listens on every interface.
    exclude: ['test/local-slack/**'],
    globalSetup: ['test/support/postgres-server.ts', 'test/support/sqlite-template.ts'],
    setupFiles: ['test/support/fuzz.ts'],
    reporters: ['default', './test/support/counting-reporter.ts'],
    // Tests that start programs take seconds of it, and several times that on a busy machine.
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // What a browser shows takes longer on a busy machine.
    expect: { poll: { timeout: 10_000 } },
    maxWorkers: 2,
    // A file with a process of its own reads every module again, which takes longer than most tests. Modules keep
    // no state that a test could leave behind.
    isolate: false,
  },
})
