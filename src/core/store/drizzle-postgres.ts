import { createRequire } from 'node:module'

// By its CommonJS build, for the reason that drizzle.ts gives.
const require = createRequire(import.meta.url)

const core: typeof import('drizzle-orm/pg-core') = require('drizzle-orm/pg-core')
const driver: typeof import('drizzle-orm/node-postgres') = require('drizzle-orm/node-postgres')
const migrator: typeof import('drizzle-orm/node-postgres/migrator') = require('drizzle-orm/node-postgres/migrator')

export const { bigint, bigserial, boolean, customType, doublePrecision, index, jsonb, pgTable } = core
export const { primaryKey, text, uniqueIndex } = core
export const { drizzle } = driver
export const { migrate } = migrator
