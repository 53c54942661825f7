import '../src/runtime.ts'

import { aHome, startProgram } from '../practice/program.ts'
import { sampleDeliveries } from './samples.ts'
import { draw } from './terminal.ts'

// The real program on a temporary database: what goes in is signed as providers sign it, and what
// comes out is what Slack would get.

await using home = aHome()
await using program = await startProgram(home)
console.log(`Touchpoint is running at ${program.url}, on a temporary database.\n`)

console.log('E-mail tools report:')
for (const { provider, what, body, headers } of sampleDeliveries(Date.now())) {
  const response = await program.deliver(provider, body, headers)
  console.log(`  POST /webhooks/${provider.padEnd(9)} ${response.status}  ${what}`)
}

for (const text of ['lookup ada@example.com', 'grace@exmaple.com', 'stats 7d']) {
  const { answer } = await program.type(text)
  console.log(`\nSomebody types /crm ${text}\n\n${draw(JSON.parse(answer))}`)
}

await program.stop()
console.log('\nThat was a look without any account. README.md says how to connect Slack and your own e-mail tools.')
