import { enableCompileCache } from 'node:module'
import process from 'node:process'

// Entry points import this first: on an older Node the rest would end in a crash that explains nothing.
if (Number(process.versions.node.split('.')[0]) < 24) {
  process.stderr.write(
    `Touchpoint needs Node 24; this is ${process.version}. Use npm start, npm run crm or npm run demo, which bring it along.\n`,
  )
  process.exit(2)
}

// Compiled code is kept between starts, which halves the time until the first request is taken.
enableCompileCache()
