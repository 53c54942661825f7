import { setTimeout as wait } from 'node:timers/promises'

import { serve } from '@hono/node-server'
import { type Context, Hono } from 'hono'
import { z } from 'zod'

import { domainOf } from '../../src/core/address.ts'

/**
 * Apollo where everybody is known, with the milliseconds that an answer takes as the base of its
 * paths. `POST /tally` tells how many calls there were since it was asked last, and how many of
 * them at the same time.
 */
const app = new Hono()
let [calls, underWay, atOnce] = [0, 0, 0]

const Bulk = z.object({
  details: z
    .array(z.object({ email: z.string() }))
    .min(1)
    .max(10),
})

app.post('/tally', (c) => {
  const tally = { calls, atOnce }
  ;[calls, atOnce] = [0, 0]
  return c.json(tally)
})

app.post('/:ms/people/match', async (c) => {
  await taken(c)
  return c.json({ request_id: 1, person: personOf(c.req.query('email') ?? '') })
})

app.post('/:ms/people/bulk_match', async (c) => {
  const { details } = Bulk.parse(await c.req.json())
  await taken(c)
  const matches = details.map(({ email }) => personOf(email))
  return c.json({ status: 'success', request_id: 1, credits_consumed: matches.length, matches })
})

async function taken(c: Context<object, '/:ms/*'>): Promise<void> {
  calls += 1
  underWay += 1
  atOnce = Math.max(atOnce, underWay)
  await wait(Number(c.req.param('ms')))
  underWay -= 1
}

/** Enrichment sheet, section 2.2. */
function personOf(email: string) {
  const [name = ''] = email.split('@')
  const domain = domainOf(email)
  return {
    id: `person-of-${email}`,
    first_name: 'Nadia',
    last_name: name,
    name: `Nadia ${name}`,
    title: 'Head of Revenue Operations',
    seniority: 'head',
    linkedin_url: `http://www.linkedin.com/in/nadia-${name}`,
    email,
    email_status: 'verified',
    city: 'Leeds',
    state: 'England',
    country: 'United Kingdom',
    organization: {
      name: `Company at ${domain}`,
      primary_domain: domain,
      website_url: `http://www.${domain}`,
      industry: 'machinery',
      estimated_num_employees: 240,
      phone: null,
      primary_phone: {},
      country: 'United Kingdom',
    },
  }
}

serve({ fetch: app.fetch, port: 0, hostname: '127.0.0.1' }, ({ port }) => console.log(`http://127.0.0.1:${port}`))
