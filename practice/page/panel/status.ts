export type Tone = 'good' | 'warn' | 'bad'

const WORDS: Readonly<Record<number, string>> = {
  0: 'no answer',
  200: 'accepted',
  202: 'accepted',
  400: 'not understood',
  401: 'refused',
  403: 'refused',
  404: 'not found',
  413: 'too large',
  429: 'too many requests',
  500: 'failed',
  503: 'not available',
}

/** What an HTTP status means, in two words and a colour. */
export function statusOf(status: number): { readonly tone: Tone; readonly words: string } {
  const words = WORDS[status] ?? (status < 300 ? 'accepted' : status < 500 ? 'refused' : 'failed')
  if (status >= 200 && status < 400) return { tone: 'good', words }
  return { tone: status >= 400 && status < 500 ? 'warn' : 'bad', words }
}
