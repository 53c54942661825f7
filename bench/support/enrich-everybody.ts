import process from 'node:process'

import type { Provider } from '../../src/core/enrichment/provider.ts'
import { apollo } from '../../src/core/enrichment/providers/apollo.ts'
import { filteredIds } from '../../src/core/search/filter.ts'
import { openDatabase } from '../../src/core/store/open.ts'
import { EVERYBODY, enrichingBy } from './enriching.ts'

const SAMPLED_EVERY = 100
const COLLECTED_EVERY = 2_000
const MIB = 1024 * 1024

/** Enriches everybody in a database by Apollo; DNS answers at once. Needs `--expose-gc`. */
const [databaseUrl = '', baseUrl = ''] = process.argv.slice(2)
const collectGarbage = globalThis.gc
if (!collectGarbage) throw new Error('without --expose-gc nobody knows how much memory is in use')
await using database = await openDatabase(databaseUrl)
// Its own rate would decide how long more calls take than it allows in a minute.
const unhurried: Provider = {
  ...apollo,
  connect(options) {
    const { enricher } = apollo.connect(options)
    if (enricher?.kind !== 'enricher') throw new Error('Apollo does not look people up')
    return { enricher: { ...enricher, terms: { ...enricher.terms, rate: { limit: 1_000_000, intervalMs: 1000 } } } }
  },
}
await using running = enrichingBy(baseUrl, database, { providers: [unhurried] })
const { enrichment } = running

const residentMiB: number[] = []
const liveMiB: number[] = []
const started = performance.now()
const { counts } = await enrichment.enrichBatch(filteredIds(database, EVERYBODY), {
  onProgress(done) {
    if (done % SAMPLED_EVERY === 0) residentMiB.push(process.memoryUsage.rss() / MIB)
    if (done % COLLECTED_EVERY !== 0) return
    collectGarbage()
    liveMiB.push(process.memoryUsage().heapUsed / MIB)
  },
})
const seconds = (performance.now() - started) / 1000
console.log(JSON.stringify({ seconds, counts, residentMiB, liveMiB }))
