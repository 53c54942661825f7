import { describe, expect, test, vi } from 'vitest'

import { downloadFile, MAX_BYTES } from '../../src/bot/download.ts'
import { isFileUrl } from '../../src/bot/slack-hosts.ts'
import { InvalidInputError, UpstreamError } from '../../src/core/errors.ts'

const URL_OF_FILE = 'https://files.slack.com/files-pri/T1-F1/download/people.csv'
const CSV = 'email\nada@example.com\n'

function aFile(overrides: object = {}) {
  return { id: 'F1', name: 'people.csv', size: CSV.length, url_private_download: URL_OF_FILE, ...overrides }
}

function answering(
  body: string | ReadableStream,
  init: { readonly status?: number; readonly headers?: Record<string, string> } = {},
) {
  const headers = { 'content-type': 'text/csv', ...init.headers }
  return vi.fn(async () => new Response(body, { ...init, headers }))
}

describe('a file from Slack', () => {
  test('is fetched with the token, and without following anybody elsewhere', async () => {
    const fetch = answering(CSV)
    const file = await downloadFile(aFile(), { token: 'xoxb-1', fetch })
    expect(file.name).toBe('people.csv')
    expect(Buffer.from(file.bytes).toString()).toBe(CSV)
    expect(fetch).toHaveBeenCalledExactlyOnceWith(
      URL_OF_FILE,
      expect.objectContaining({ headers: { authorization: 'Bearer xoxb-1' }, redirect: 'error' }),
    )
  })

  test.each([
    'https://evil.example/people.csv',
    'https://files.slack.com.evil.example/x',
    'https://hooks.slack.com/x',
    'http://files.slack.com/x',
    'https://files.slack.com:8443/x',
    'https://xoxb@files.slack.com/x',
    'file:///etc/passwd',
    undefined,
  ])('at %s is not fetched, and no token goes there', async (url_private_download) => {
    const fetch = answering(CSV)
    const download = downloadFile(aFile({ url_private_download }), { token: 'xoxb-1', fetch })
    await expect(download).rejects.toThrow(/people\.csv is not kept by Slack itself/)
    expect(fetch).not.toHaveBeenCalled()
  })

  test('that is a sign-in page says which permission is missing', async () => {
    const fetch = answering('<html>', { headers: { 'content-type': 'text/html; charset=utf-8' } })
    const download = downloadFile(aFile(), { token: 'xoxb-1', fetch })
    await expect(download).rejects.toThrow(/files:read/)
    await expect(download).rejects.toBeInstanceOf(InvalidInputError)
  })

  test('that says it is too large is not fetched', async () => {
    const fetch = answering(CSV)
    const download = downloadFile(aFile({ size: MAX_BYTES + 1 }), { token: 'xoxb-1', fetch })
    await expect(download).rejects.toThrow('people.csv is larger than 10 MB. Split it, and import the parts.')
    expect(fetch).not.toHaveBeenCalled()
  })

  test('that is larger than it says is read no further than ten megabytes', async () => {
    let pulled = 0
    const endless = new ReadableStream({
      pull(controller) {
        pulled += 1
        controller.enqueue(new Uint8Array(1024 * 1024))
      },
    })
    const download = downloadFile(aFile(), { token: 'xoxb-1', fetch: answering(endless) })
    await expect(download).rejects.toThrow(/larger than 10 MB/)
    expect(pulled).toBeLessThan(20)
  })

  test('of which a part is missing is asked for again', async () => {
    const download = downloadFile(aFile({ size: 1000 }), { token: 'xoxb-1', fetch: answering(CSV) })
    await expect(download).rejects.toThrow(/of the 1000 bytes of people\.csv/)
    await expect(download).rejects.toBeInstanceOf(UpstreamError)
  })

  test.each([404, 500])('that is answered with %i is a failure of Slack', async (status) => {
    const download = downloadFile(aFile(), { token: 'xoxb-1', fetch: answering('no', { status }) })
    await expect(download).rejects.toThrow(`HTTP ${status}`)
    await expect(download).rejects.toBeInstanceOf(UpstreamError)
  })

  test('that cannot be reached is a failure of Slack', async () => {
    const fetch = () => Promise.reject(new TypeError('fetch failed'))
    await expect(downloadFile(aFile(), { token: 'xoxb-1', fetch })).rejects.toBeInstanceOf(UpstreamError)
  })
})

test.each([
  [URL_OF_FILE, undefined, true],
  ['http://127.0.0.1:4000/files-pri/x', 'http://127.0.0.1:4000/api/', true],
  ['http://127.0.0.1:4001/files-pri/x', 'http://127.0.0.1:4000/api/', false],
  ['https://proxy.example/x', 'https://proxy.example/api/', false],
  ['not a url', undefined, false],
])('a file at %s with the API at %s is fetched: %s', (url, apiUrl, fetched) => {
  expect(isFileUrl(url, apiUrl)).toBe(fetched)
})
