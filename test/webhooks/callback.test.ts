import { expect, test } from 'vitest'

import { createCallbackApp } from '../../src/webhooks/callback.ts'

const log = { debug() {}, info() {}, warn() {}, error() {} }

function anApp(called: (token: string) => Promise<boolean>) {
  const heard: string[] = []
  const app = createCallbackApp({ called, wake: () => heard.push('woken'), log })
  const post = (path: string, body = '{"data": "a lie"}') => app.request(path, { method: 'POST', body })
  return { heard, post, app }
}

test('a provider that knows the secret of a batch hurries it, whatever its body says', async () => {
  const { heard, post } = anApp(async (token) => token === 'the-secret')
  expect((await post('/enrichment/dropcontact/the-secret')).status).toBe(200)
  expect(heard).toEqual(['woken'])
})

test.each(['/enrichment/dropcontact/another', '/enrichment/dropcontact', '/enrichment'])(
  '%s is not found',
  async (path) => {
    const { heard, post } = anApp(async (token) => token === 'the-secret')
    expect((await post(path)).status).toBe(404)
    expect(heard).toEqual([])
  },
)

test('asking by GET does nothing', async () => {
  const { heard, app } = anApp(async () => true)
  expect((await app.request('/enrichment/dropcontact/the-secret')).status).toBe(404)
  expect(heard).toEqual([])
})

test('where the database fails the provider is asked to come back', async () => {
  const { heard, post } = anApp(async () => {
    throw new Error('disk full')
  })
  const answer = await post('/enrichment/dropcontact/the-secret')
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '30'])
  expect(heard).toEqual([])
})
