import { createRequire } from 'node:module'

// By its CommonJS build, for the reason that drizzle.ts gives.
const require = createRequire(import.meta.url)

const core: typeof import('drizzle-orm/sqlite-core') = require('drizzle-orm/sqlite-core')
const driver: typeof import('drizzle-orm/better-sqlite3') = require('drizzle-orm/better-sqlite3')
const migrator: typeof import('drizzle-orm/better-sqlite3/migrator') = require('drizzle-orm/better-sqlite3/migrator')

export const { blob, getTableConfig, index, integer, primaryKey, real, sqliteTable, text, uniqueIndex } = core
export const { drizzle } = driver
export const { migrate } = migrator
