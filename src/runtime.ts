import { enableCompileCache } from 'node:module'
import process from 'node:process'

// Loaded with --import, before the entry point is read, or else first by it: on an older Node the rest would end in
// a crash that explains nothing.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `Touchpoint needs Node 24; this is ${process.version}. Use npm start, npm run crm or npm run demo, which bring it along.\n`,
  )
  process.exit(2)
}

// Compiled code is kept between starts, which halves the time until the first request is taken. What an entry
// point imports is compiled before its first line runs, and kept only where this was loaded before it.
enableCompileCache()
