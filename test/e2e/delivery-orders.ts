import { z } from 'zod'

/** What a process of the delivery test works on, in its environment. */
export interface Orders {
  readonly database: string
  readonly apiUrl: string
  readonly token: string
  readonly channel: string
  /** UTC milliseconds; the clock of the process runs `speed` times as fast since. */
  readonly startedAt: number
  readonly speed: number
}

const Environment = z.object({ DELIVERY_ORDERS: z.string() })
const Orders = z.object({
  database: z.string(),
  apiUrl: z.string(),
  token: z.string(),
  channel: z.string(),
  startedAt: z.number(),
  speed: z.number(),
})

export function readOrders(env: unknown): Orders {
  return Orders.parse(JSON.parse(Environment.parse(env).DELIVERY_ORDERS))
}

export function writeOrders(orders: Orders): Readonly<Record<'DELIVERY_ORDERS', string>> {
  return { DELIVERY_ORDERS: JSON.stringify(orders) }
}
