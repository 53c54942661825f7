import type { Database } from './store/database.ts'

/** Runs `work` in a transaction, and as a dry run undoes it afterwards: what would happen is what happened. */
export async function transactionOf<T>(
  database: Database,
  { dryRun }: { readonly dryRun: boolean },
  work: (tx: Database) => Promise<T>,
): Promise<T> {
  try {
    return await database.transaction(async (tx) => {
      const result = await work(tx)
      if (dryRun) throw new Undo(result)
      return result
    })
  } catch (error) {
    if (error instanceof Undo) return error.result
    throw error
  }
}

/** Ends the transaction of a dry run without keeping it. */
class Undo<T> extends Error {
  readonly result: T

  constructor(result: T) {
    super('dry run')
    this.result = result
  }
}
