import { createRequire } from 'node:module'

/**
 * Drizzle, by its CommonJS build: as ES modules its many files take four times as long to load,
 * because Node reads the package's 180 kB package.json again and again for them. What is only a
 * type is imported from the package itself.
 */
const require = createRequire(import.meta.url)

const core: typeof import('drizzle-orm') = require('drizzle-orm')

export const {
  and,
  asc,
  between,
  desc,
  eq,
  getTableColumns,
  getTableName,
  gt,
  gte,
  inArray,
  isNotNull,
  isNull,
  lt,
  lte,
  max,
  ne,
  or,
  sql,
} = core
