import type { EnrichmentDeps, RunningEnrichment } from './create.ts'
import type { Enrichment } from './enrich.ts'

export interface EnrichmentOnDemand extends AsyncDisposable {
  readonly enrichment: Pick<Enrichment, 'enrichContact' | 'enrichBatch' | 'estimate' | 'estimateNew' | 'collect'>
  readonly called: RunningEnrichment['called']
  stop(): void
}

/** Enrichment that is loaded when it is first asked for something: at start it would take a tenth of the time. */
export function enrichmentOnDemand(deps: EnrichmentDeps): EnrichmentOnDemand {
  let loading: Promise<RunningEnrichment> | undefined
  let loaded: RunningEnrichment | undefined
  let isStopped = false

  async function load(): Promise<RunningEnrichment> {
    const { createEnrichment } = await import('./create.ts')
    loaded = createEnrichment(deps)
    if (isStopped) loaded.stop()
    return loaded
  }

  async function running(): Promise<RunningEnrichment> {
    loading ??= load()
    return await loading
  }

  return {
    enrichment: {
      enrichContact: async (...asked) => (await running()).enrichment.enrichContact(...asked),
      enrichBatch: async (...asked) => (await running()).enrichment.enrichBatch(...asked),
      estimate: async (...asked) => (await running()).enrichment.estimate(...asked),
      estimateNew: async (...asked) => (await running()).enrichment.estimateNew(...asked),
      collect: async (...asked) => (await running()).enrichment.collect(...asked),
    },
    called: async (token) => (await running()).called(token),
    stop() {
      isStopped = true
      loaded?.stop()
    },
    async [Symbol.asyncDispose]() {
      await loaded?.[Symbol.asyncDispose]()
    },
  }
}
