import { Hono } from 'hono'

import type { Logger } from '../core/logger.ts'

export interface CallbackDeps {
  /** Takes the word that a batch is done; false where `token` belongs to none. */
  readonly called: (token: string) => Promise<boolean>
  /** Called after a word that was believed. */
  readonly wake: () => void
  readonly log: Logger
}

/**
 * `POST /enrichment/<provider>/<token>`: an enrichment provider says that a batch is done. Nothing
 * in the body is believed or even read; the result is fetched with our own key (enrichment sheet,
 * section 8.8).
 */
export function createCallbackApp({ called, wake, log }: CallbackDeps): Hono {
  const app = new Hono()
  app.post('/enrichment/:provider/:token', async (c) => {
    try {
      if (!(await called(c.req.param('token')))) return c.json({ error: 'not found' }, 404)
      wake()
      return c.json({ ok: true })
    } catch (error) {
      log.error('an enrichment provider called back in vain', { error })
      return c.json({ error: 'try again later' }, 503, { 'retry-after': '30' })
    }
  })
  return app
}
