/** Does things of the same name one after the other, in the order in which they were asked for. */
export function createInTurn() {
  const last = new Map<string, Promise<unknown>>()

  return async <T>(name: string, work: () => Promise<T>): Promise<T> => {
    const before = last.get(name) ?? Promise.resolve()
    const turn = before.then(work, work)
    last.set(name, turn)
    try {
      return await turn
    } finally {
      if (last.get(name) === turn) last.delete(name)
    }
  }
}
