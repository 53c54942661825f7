import { workerData } from 'node:worker_threads'

import { connect } from './sqlite-connection.ts'

/** Runs in a thread of its own: it takes seconds, in which the program has to answer. */
const connection = connect(String(workerData))
try {
  // The index of words keeps what was taken out of it until its parts are merged.
  connection.exec("insert into contact_search(contact_search) values ('optimize')")
  connection.exec('vacuum')
} finally {
  connection.close()
}
