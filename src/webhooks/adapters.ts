import { InvalidInputError } from '../core/errors.ts'
import type { Adapters } from '../core/quarantine-reread.ts'
import type { WebhookProvider } from './provider.ts'
import { nameAgain, readAgain } from './read-delivery.ts'

/** What replay needs of `providers`, whether they are switched on or not. */
export function createAdapters(providers: readonly WebhookProvider[]): Adapters {
  const byId = new Map(providers.map((provider) => [provider.id, provider]))

  function find(id: string): WebhookProvider {
    const provider = byId.get(id)
    if (!provider) throw new InvalidInputError(`this version cannot read ${id}`)
    return provider
  }

  return {
    readAgain: async (id, kept, receivedAt) => await readAgain(find(id), kept, receivedAt),
    nameAgain: async (event) => await nameAgain(find(event.provider), event),
  }
}
