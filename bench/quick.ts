import { sendgridBody, sendgridEvents } from './support/events.ts'
import { load, rawRequest } from './support/http.ts'
import { rawInsertsPerSecond } from './support/limits.ts'
import { startProgram } from './support/program.ts'

const PEOPLE = 20000
console.log('raw', Math.round(rawInsertsPerSecond(100_000, 1000, PEOPLE)))
await using program = await startProgram()
console.log('start', program.startMs)
const url = new URL(program.url)
const bodies = Array.from({ length: 200 }, (_, n) => {
  const { headers, body } = program.senders.sendgrid.sign({
    body: sendgridBody(sendgridEvents(n * 1000, 1000, PEOPLE)),
    sentAt: Date.now(),
  })
  return rawRequest(url, '/webhooks/sendgrid', { 'content-type': 'application/json', ...headers }, body)
})
let i = 0
const r = await load(url, Number(process.env.CONN ?? 4), () => bodies[i++])
console.log(r, Math.round(r.perSecond * 1000), program.memory(), bodies[0]!.length)
