import { createServer } from 'node:http'

import { expect, test } from 'vitest'

import { ConfigError } from '../src/core/errors.ts'
import { listen, listeningProblem } from '../src/listening.ts'

test('a place where nobody can listen is refused as a setting', async () => {
  const server = createServer()
  await expect(listen(server, { host: '192.0.2.1', port: 0 })).rejects.toThrow(ConfigError)
  await listen(server, { host: '127.0.0.1', port: 0 })
  server.close()
})

test.each([
  ['EADDRINUSE', 'PORT 80 is in use by another program: choose another'],
  ['EACCES', 'PORT 80 is for programs with more rights than this one: choose one from 1024'],
  ['EADDRNOTAVAIL', 'HOST crm.example is no address of this machine: use 0.0.0.0 for every address of'],
  ['EAFNOSUPPORT', 'HOST crm.example is of a kind that this machine has no addresses of: use 0.0.0.0'],
  ['ENOTFOUND', 'HOST crm.example is neither an address nor a known name: use 0.0.0.0'],
])('%s is told by the variable and what to do', (code, sentence) => {
  const error = Object.assign(new Error(`listen ${code}`), { code })
  expect(listeningProblem(error, { host: 'crm.example', port: 80 })?.message).toContain(sentence)
})

test('anything else is a mistake of ours', () => {
  expect(listeningProblem(new Error('toString'), { host: '::', port: 1 })).toBeUndefined()
  expect(listeningProblem(Object.assign(new Error(''), { code: 'EMFILE' }), { host: '::', port: 1 })).toBeUndefined()
})
