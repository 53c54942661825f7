import { Hono } from 'hono'

export interface HealthDeps {
  /** Rejects or takes long when the database cannot be written. */
  readonly checkDatabase: () => Promise<void>
  readonly isDraining: () => boolean
}

/** `/healthz`: the process lives. `/readyz`: it can take work, so a balancer may send some. */
export function createHealthApp({ checkDatabase, isDraining }: HealthDeps): Hono {
  const app = new Hono()
  app.get('/healthz', (c) => c.text('ok'))
  app.get('/readyz', async (c) => {
    if (isDraining()) return c.text('shutting down', 503)
    const isWritable = await Promise.race([
      checkDatabase().then(
        () => true,
        () => false,
      ),
      notIn(500),
    ])
    return isWritable ? c.text('ok') : c.text('the database cannot be written', 503)
  })
  return app
}

function notIn(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms).unref())
}
