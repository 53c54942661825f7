import type { Reporter, TestModule } from 'vitest/node'

/** Closes a run with one line that a machine can read, whatever else was printed. */
export default class CountingReporter implements Reporter {
  onTestRunEnd(modules: readonly TestModule[], unhandledErrors: readonly unknown[]) {
    const tests = modules.flatMap((module) => [...module.children.allTests()])
    const count = (state: string) => tests.filter((test) => test.result().state === state).length
    // A file that cannot be loaded and a group whose preparation fails have no failed test.
    const places = modules.flatMap((module) => [module, ...module.children.allSuites()])
    const broken = places.filter((place) => place.errors().length > 0).length
    const skipped = count('skipped')
    const failed = count('failed') + broken + unhandledErrors.length
    console.log(`${count('passed')} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ''}`)
  }
}
