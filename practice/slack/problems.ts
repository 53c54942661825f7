import { problemsOf, type Surface } from './block-kit.ts'
import { string, thing, things } from './wire.ts'

/** Everything that real Slack would have refused or warned of, oldest first. */
export class Problems {
  readonly #list: string[] = []
  #refused: ReadonlySet<string> = new Set()

  get list(): readonly string[] {
    return this.#list
  }

  add(problem: string): void {
    this.#list.push(problem)
  }

  /** From now on blocks of these types are refused, as in a workspace that they have not reached: nobody's mistake. */
  refuse(types: readonly string[]): void {
    this.#refused = new Set(types)
  }

  /** What is wrong with a payload; kept under the name of what it was sent with. */
  in(payload: unknown, surface: Surface, sentWith: string): string[] {
    const found = problemsOf(payload, surface)
    for (const problem of found) this.add(`${sentWith}: ${problem}`)
    return [...found, ...this.#refusedIn(payload)]
  }

  #refusedIn(payload: unknown): string[] {
    return things(thing(payload).blocks).flatMap(({ type }, at) =>
      this.#refused.has(string(type)) ? [`/blocks/${at}: unsupported type`] : [],
    )
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
