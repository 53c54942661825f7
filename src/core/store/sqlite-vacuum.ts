import { workerData } from 'node:worker_threads'

import { connect } from './sqlite-connection.ts'

/** Runs in a thread of its own: it takes seconds, in which the program has to answer. */
const connection = connect(String(workerData))
try {
  connection.exec('vacuum')
} finally {
  connection.close()
}
