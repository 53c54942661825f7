import { isLoopback } from '../core/config.ts'

/** Cards are people's data: they go to Slack, or to the loopback stand-in that was configured in its place. */
export function isAnswerUrl(url: string, apiUrl: string | undefined): boolean {
  return isAt('hooks.slack.com', url, apiUrl)
}

/** Where Slack keeps files; nothing else is ever sent the bot token with a request for one. */
export function isFileUrl(url: string, apiUrl: string | undefined): boolean {
  return isAt('files.slack.com', url, apiUrl)
}

function isAt(slackHost: string, url: string, apiUrl: string | undefined): boolean {
  if (!URL.canParse(url)) return false
  const { protocol, hostname, host, port, username, password } = new URL(url)
  if (username || password) return false
  if (protocol === 'https:' && hostname === slackHost && port === '') return true
  const api = apiUrl && URL.canParse(apiUrl) ? new URL(apiUrl) : undefined
  return api !== undefined && isLoopback(api.hostname) && host === api.host && protocol === api.protocol
}
