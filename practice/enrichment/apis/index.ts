import type { Api } from '../api.ts'
import { apollo } from './apollo.ts'
import { dropcontact } from './dropcontact.ts'

export const APIS: readonly Api[] = [apollo, dropcontact]
