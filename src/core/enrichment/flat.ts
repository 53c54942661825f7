/** What is known of a person from elsewhere, in the words of the interchange format. Times are UTC milliseconds. */
export interface Enrichment {
  readonly companyName: string | null
  readonly jobTitle: string | null
  readonly linkedinUrl: string | null
  readonly phone: string | null
  readonly industry: string | null
  readonly seniorityLevel: string | null
  readonly companySize: string | null
  readonly emailVerified: boolean | null
  readonly verifiedAt: number | null
  readonly enrichedAt: number | null
  readonly source: string | null
}
