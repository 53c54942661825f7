import { problemsOf, type Surface } from './block-kit.ts'

/** Everything that real Slack would have refused or warned of, oldest first. */
export class Problems {
  readonly #list: string[] = []

  get list(): readonly string[] {
    return this.#list
  }

  add(problem: string): void {
    this.#list.push(problem)
  }

  /** What is wrong with a payload; kept under the name of what it was sent with. */
  in(payload: unknown, surface: Surface, sentWith: string): string[] {
    const found = problemsOf(payload, surface)
    for (const problem of found) this.add(`${sentWith}: ${problem}`)
    return found
  }

  /** Gives them and forgets them. */
  take(): string[] {
    return this.#list.splice(0)
  }
}

/** How Slack words it in `response_metadata.messages`. */
export function pointers(problems: readonly string[]): string[] {
  return problems.map((problem) => {
    const [at = '/', ...what] = problem.split(': ')
    return `[ERROR] ${what.join(': ')} [json-pointer:${at}]`
  })
}
