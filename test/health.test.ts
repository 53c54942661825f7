import { afterEach, describe, expect, test, vi } from 'vitest'

import { createHealthApp, type HealthDeps } from '../src/health.ts'

const healthy: HealthDeps = { checkDatabase: async () => {}, isDraining: () => false }

async function answer(path: string, deps: Partial<HealthDeps> = {}): Promise<[status: number, text: string]> {
  const response = await createHealthApp({ ...healthy, ...deps }).request(path)
  return [response.status, await response.text()]
}

const refuses = async () => {
  throw new Error('disk full')
}

describe('/healthz', () => {
  test.each<[name: string, deps: Partial<HealthDeps>]>([
    ['all is well', {}],
    ['the database cannot be written', { checkDatabase: refuses }],
    ['the process is shutting down', { isDraining: () => true }],
  ])('says that the process lives when %s', async (_name, deps) => {
    expect(await answer('/healthz', deps)).toEqual([200, 'ok'])
  })
})

describe('/readyz', () => {
  afterEach(() => void vi.useRealTimers())

  test('takes work when the database can be written', async () => {
    expect(await answer('/readyz')).toEqual([200, 'ok'])
  })

  test('takes none while it shuts down, and leaves the database alone', async () => {
    const checkDatabase = vi.fn(async () => {})
    expect(await answer('/readyz', { isDraining: () => true, checkDatabase })).toEqual([503, 'shutting down'])
    expect(checkDatabase).not.toHaveBeenCalled()
  })

  test('takes none when the database cannot be written, and does not say why', async () => {
    expect(await answer('/readyz', { checkDatabase: refuses })).toEqual([503, 'the database cannot be written'])
  })

  test('takes none when the database does not answer', async () => {
    vi.useFakeTimers()
    const answered = answer('/readyz', { checkDatabase: () => new Promise(() => {}) })
    await vi.advanceTimersByTimeAsync(500)
    expect(await answered).toEqual([503, 'the database cannot be written'])
  })
})
