import { describe, expect, test } from 'vitest'

import type { EnrichmentFault } from '../../practice/contract.ts'
import { type Connection, ProviderError, type Trouble } from '../../src/core/enrichment/provider.ts'
import { ENRICHMENT_PROVIDERS } from '../../src/core/enrichment/providers/index.ts'
import { IDS, IMANI, startVendors, type Vendors } from './enrichment-support.ts'

const CLUE = { email: IMANI, firstName: null, lastName: null, companyName: null, linkedinUrl: null }
const NEVER = new AbortController().signal

const FAULTS: readonly (readonly [fault: EnrichmentFault, troubles: readonly Trouble[]])[] = [
  ['rateLimited', ['rate_limited']],
  ['outOfCredits', ['out_of_credits']],
  ['revoked', ['auth_failed']],
  ['outage', ['unavailable', 'lost']],
  ['garbage', ['lost', 'lost']],
]

describe('the program and the stand-ins understand one another', () => {
  const rows = IDS.flatMap((id) => FAULTS.map(([fault, troubles]) => ({ id, fault, troubles })))
  const possible = rows.filter(({ id, fault }) => id !== 'reacher' || !['revoked', 'outOfCredits'].includes(fault))

  test.each(possible)('$fault of $id', async ({ id, fault, troubles }) => {
    await using vendors = await startVendors()
    const connection = connectionTo(vendors, id)
    vendors.apis.setMood(id, { [fault]: true })
    for (const trouble of troubles) expect(await troubleOf(ask(connection))).toBe(trouble)
    vendors.apis.setMood(id, { [fault]: false })
    expect(await ask(connection)).toBeDefined()
  })

  test.each(IDS)('silence of %s, when the program gives up', async (id) => {
    await using vendors = await startVendors()
    vendors.apis.setMood(id, { silent: true })
    const patience = new AbortController()
    const trouble = troubleOf(ask(connectionTo(vendors, id), patience.signal))
    await expect.poll(() => vendors.apis.callsAbout(IMANI)).toEqual({ [id]: 1 })
    patience.abort()
    expect(await trouble).toBe('lost')
  })

  test.each(['apollo', 'hunter', 'pdl'])('%s knows Imani, or nobody, or says whom it means instead', async (id) => {
    await using vendors = await startVendors()
    const { enricher } = connectionTo(vendors, id)
    if (enricher?.kind !== 'enricher') throw new Error(`${id} answers at once`)
    const hit = await enricher.lookUp([CLUE], NEVER)
    expect(hit.answers).toMatchObject([
      { kind: 'hit', person: { companyDomain: 'kestrelvane.example', fields: { firstName: { value: 'Imani' } } } },
    ])
    vendors.apis.setMood(id, { misses: true })
    expect((await enricher.lookUp([CLUE], NEVER)).answers).toEqual([{ kind: 'miss' }])
    vendors.apis.setMood(id, { misses: false, wrongPerson: true })
    const [wrong] = (await enricher.lookUp([CLUE], NEVER)).answers
    expect(wrong).toMatchObject({ kind: 'hit', person: { companyDomain: 'mossgate.example' } })
  })

  test('Hunter speaks for one who opted out, and takes its time with another', async () => {
    await using vendors = await startVendors()
    const { enricher, verifier } = connectionTo(vendors, 'hunter')
    if (enricher?.kind !== 'enricher' || !verifier) throw new Error('Hunter does both')
    const email = 'saoirse.brannigan@kestrelvane.example'
    expect((await enricher.lookUp([{ ...CLUE, email }], NEVER)).answers).toEqual([{ kind: 'opted_out' }])
    expect((await verifier.verify([email], NEVER)).verdicts).toEqual(['opted_out'])
    const slow = 'pieter.vanwessel@corvane.example'
    expect(await troubleOf(verifier.verify([slow], NEVER))).toBe('pending')
    expect((await verifier.verify([slow], NEVER)).verdicts).toMatchObject([{ status: 'valid' }])
  })

  test('Dropcontact takes a batch, and has it when it is done', async () => {
    await using vendors = await startVendors()
    const { enricher } = connectionTo(vendors, 'dropcontact')
    if (enricher?.kind !== 'batch enricher') throw new Error('Dropcontact answers later')
    const { requestId } = await enricher.submit([CLUE], null, NEVER)
    expect(await enricher.collect(requestId, [CLUE], NEVER)).toBeNull()
    vendors.clock.now += 30_000
    expect(await enricher.collect(requestId, [CLUE], NEVER)).toMatchObject({
      answers: [{ kind: 'hit', person: { email: IMANI, emailStatus: { status: 'valid' } } }],
    })
  })

  test('several are asked about at once where that can be done', async () => {
    await using vendors = await startVendors()
    const emails = [IMANI, 'nobody@example.com', 'rafael.quintero@kestrelvane.example']
    for (const id of ['apollo', 'pdl']) {
      const { enricher } = connectionTo(vendors, id)
      if (enricher?.kind !== 'enricher') throw new Error(`${id} answers at once`)
      const { answers } = await enricher.lookUp(
        emails.map((email) => ({ ...CLUE, email })),
        NEVER,
      )
      expect(answers.map(({ kind }) => kind)).toEqual(['hit', 'miss', 'hit'])
    }
    const { verifier } = connectionTo(vendors, 'zerobounce')
    const verdicts = (await verifier?.verify(emails, NEVER))?.verdicts
    expect(verdicts).toMatchObject([{ status: 'valid' }, { status: 'unknown' }, { status: 'valid' }])
    expect(vendors.apis.apis.filter(({ calls }) => calls > 0).map(({ id, calls }) => [id, calls])).toEqual([
      ['apollo', 1],
      ['pdl', 1],
      ['zerobounce', 1],
    ])
  })
})

/** By the variables that the program reads. */
function connectionTo(vendors: Vendors, id: string): Connection {
  const { env } = vendors.apis
  const provider = ENRICHMENT_PROVIDERS.find((known) => known.id === id)
  if (!provider) throw new Error(`there is no provider ${id}`)
  const key = provider.holds === 'key' ? (env[provider.variable] ?? '') : ''
  return provider.connect({ key, baseUrl: env[provider.urlVariable] ?? '', fetch })
}

async function ask({ enricher, verifier }: Connection, signal = NEVER): Promise<unknown> {
  if (enricher?.kind === 'enricher') return await enricher.lookUp([CLUE], signal)
  if (enricher) return await enricher.submit([CLUE], null, signal)
  return await verifier?.verify([IMANI], signal)
}

async function troubleOf(asking: Promise<unknown>): Promise<Trouble | 'none'> {
  try {
    await asking
    return 'none'
  } catch (error) {
    if (error instanceof ProviderError) return error.trouble
    throw error
  }
}
