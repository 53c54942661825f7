CREATE TABLE "campaign_links" (
	"campaign" text NOT NULL,
	"link" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "campaign_links_campaign_link_pk" PRIMARY KEY("campaign","link")
);
--> statement-breakpoint
CREATE TABLE "campaign_steps" (
	"campaign" text NOT NULL,
	"step" text NOT NULL,
	"tally" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "campaign_steps_campaign_step_tally_pk" PRIMARY KEY("campaign","step","tally")
);
--> statement-breakpoint
CREATE INDEX "event_days_campaign" ON "event_days" USING btree ("campaign","day");--> statement-breakpoint
-- What happened before is counted once more, now by step. Links are counted from here on: no SQL reads URLs.
INSERT INTO "campaign_steps" ("campaign", "step", "tally", "count")
SELECT "campaign", substr(coalesce("detail" ->> 'step', ''), 1, 100),
	CASE
		WHEN "type" = 'opened' AND coalesce("machine", "suspected" IS NOT NULL) THEN 'machine_opened'
		WHEN "type" = 'clicked' AND coalesce("machine", "suspected" IS NOT NULL) THEN 'machine_clicked'
		WHEN "type" = 'bounced' AND coalesce("class", '') <> 'hard' THEN 'soft_bounced'
		ELSE "type"
	END, count(*)
FROM "events" WHERE "campaign" <> '' GROUP BY 1, 2, 3;
