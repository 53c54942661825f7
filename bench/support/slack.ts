import { once } from 'node:events'
import { createServer } from 'node:http'

/**
 * One answer for whatever the program asks Slack: which workspace this is, that everybody is a member of
 * it, where a message stands, and where to put a file.
 */
const answer = (host: string) => ({
  ok: true,
  team: 'Bench',
  team_id: 'T0EXAMPLE',
  user_id: 'U0BOT',
  user: { id: 'U0ADA', team_id: 'T0EXAMPLE' },
  channel: 'D0ADA',
  ts: '1767225600.000100',
  upload_url: `http://${host}/upload`,
  file_id: 'F0FILE',
})

/** Gives the base of a Web API for `SLACK_API_URL`. */
export async function startSlack(): Promise<AsyncDisposable & { readonly apiUrl: string }> {
  const server = createServer((request, response) => {
    request.resume()
    const body = JSON.stringify(answer(request.headers.host ?? ''))
    response.writeHead(200, { 'content-type': 'application/json' }).end(body)
  }).listen(0, '127.0.0.1')
  await once(server, 'listening')
  const address = server.address()
  return {
    apiUrl: `http://127.0.0.1:${typeof address === 'object' ? address?.port : ''}/api/`,
    async [Symbol.asyncDispose]() {
      server.close()
      server.closeAllConnections()
    },
  }
}
