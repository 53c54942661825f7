import { expect, test } from 'vitest'

import { createMetrics } from '../src/metrics.ts'

const TOKEN = 'a token that nobody can guess'
const jobCounts = async () => [{ kind: 'alert', state: 'dead', count: 2 }]
const asked = (token: string) => ({ headers: { authorization: `Bearer ${token}` } })

test('tells what was received, refused and queued to whoever has the token', async () => {
  const { app, ingested, refused } = createMetrics({ token: TOKEN, jobCounts })
  ingested('sendgrid', { accepted: 3, duplicates: 1, unreadable: 0 })
  refused('postmark', 'mismatch')
  const response = await app.request('/metrics', asked(TOKEN))
  expect(response.headers.get('content-type')).toContain('text/plain')
  const text = await response.text()
  expect(text).toContain('touchpoint_deliveries_total{provider="sendgrid"} 1')
  expect(text).toContain('touchpoint_events_total{provider="sendgrid",outcome="accepted"} 3')
  expect(text).toContain('touchpoint_refused_total{provider="postmark",reason="mismatch"} 1')
  expect(text).toContain('touchpoint_jobs{kind="alert",state="dead"} 2')
  expect(text).toContain('nodejs_eventloop_lag_p99_seconds')
})

test('tells nothing without the right token', async () => {
  const { app } = createMetrics({ token: TOKEN, jobCounts })
  expect((await app.request('/metrics')).status).toBe(401)
  expect((await app.request('/metrics', asked('another'))).status).toBe(401)
  expect((await app.request('/metrics', asked(TOKEN.toUpperCase()))).status).toBe(401)
  expect((await app.request('/metrics', { headers: { authorization: TOKEN } })).status).toBe(401)
  expect((await app.request('/metrics', { headers: { authorization: `Basic ${TOKEN}` } })).status).toBe(401)
})

test.each(['bearer', 'BEARER', 'Bearer '])('the scheme may be written %s', async (scheme) => {
  const { app } = createMetrics({ token: TOKEN, jobCounts })
  const response = await app.request('/metrics', { headers: { authorization: `${scheme} ${TOKEN}` } })
  expect(response.status).toBe(200)
})
