CREATE TABLE "contacts" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"email" text NOT NULL,
	"email_key" text NOT NULL,
	"domain" text NOT NULL,
	"first_name" text,
	"last_name" text,
	"name_key" text,
	"surname_key" text,
	"company" text,
	"title" text,
	"status" text DEFAULT 'new' NOT NULL,
	"floor" text DEFAULT 'new' NOT NULL,
	"decision" text,
	"decided_at" bigint,
	"enriched_at" bigint,
	"verified_at" bigint,
	"engaged_at" bigint,
	"last_engaged_at" bigint,
	"owner" text,
	"tags" jsonb DEFAULT '[]'::jsonb NOT NULL,
	"custom_fields" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"source_campaign" text,
	"enrichment" jsonb,
	"email_status" text DEFAULT 'unknown' NOT NULL,
	"email_status_source" text,
	"email_status_at" bigint,
	"suppressed" text,
	"suppression" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"asserted" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"counters" jsonb DEFAULT '{}'::jsonb NOT NULL,
	"heat" double precision DEFAULT 0 NOT NULL,
	"revision" bigint DEFAULT 0 NOT NULL,
	"created_at" bigint NOT NULL,
	"updated_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "event_days" (
	"day" text NOT NULL,
	"provider" text NOT NULL,
	"campaign" text NOT NULL,
	"tally" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "event_days_day_provider_campaign_tally_pk" PRIMARY KEY("day","provider","campaign","tally")
);
--> statement-breakpoint
CREATE TABLE "events" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"id" text NOT NULL,
	"contact_id" bigint NOT NULL,
	"type" text NOT NULL,
	"class" text,
	"occurred_at" bigint NOT NULL,
	"received_at" bigint NOT NULL,
	"message_id" text,
	"rfc_message_id" text,
	"campaign" text,
	"machine" boolean,
	"answers" text,
	"detail" jsonb
);
--> statement-breakpoint
CREATE TABLE "jobs" (
	"seq" bigserial PRIMARY KEY NOT NULL,
	"id" text NOT NULL,
	"kind" text NOT NULL,
	"payload" jsonb NOT NULL,
	"key" text,
	"state" text DEFAULT 'waiting' NOT NULL,
	"attempts" bigint DEFAULT 0 NOT NULL,
	"run_at" bigint NOT NULL,
	"lease_owner" text,
	"lease_until" bigint,
	"last_error" text,
	"created_at" bigint NOT NULL
);
--> statement-breakpoint
CREATE TABLE "quarantine" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"received_at" bigint NOT NULL,
	"part" text NOT NULL,
	"headers" jsonb NOT NULL,
	"raw" "bytea" NOT NULL,
	"problem" text NOT NULL
);
--> statement-breakpoint
CREATE TABLE "source_days" (
	"provider" text NOT NULL,
	"day" text NOT NULL,
	"outcome" text NOT NULL,
	"count" bigint NOT NULL,
	"last_at" bigint NOT NULL,
	CONSTRAINT "source_days_provider_day_outcome_pk" PRIMARY KEY("provider","day","outcome")
);
--> statement-breakpoint
CREATE TABLE "totals" (
	"day" text NOT NULL,
	"name" text NOT NULL,
	"count" bigint NOT NULL,
	CONSTRAINT "totals_day_name_pk" PRIMARY KEY("day","name")
);
--> statement-breakpoint
ALTER TABLE "events" ADD CONSTRAINT "events_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE no action ON UPDATE no action;--> statement-breakpoint
CREATE UNIQUE INDEX "contacts_email_key" ON "contacts" USING btree ("email_key");--> statement-breakpoint
CREATE INDEX "contacts_domain" ON "contacts" USING btree ("domain");--> statement-breakpoint
CREATE INDEX "contacts_name_key" ON "contacts" USING btree ("name_key");--> statement-breakpoint
CREATE INDEX "contacts_surname_key" ON "contacts" USING btree ("surname_key");--> statement-breakpoint
CREATE UNIQUE INDEX "events_provider_id" ON "events" USING btree ("provider","id");--> statement-breakpoint
CREATE INDEX "events_contact" ON "events" USING btree ("contact_id","occurred_at");--> statement-breakpoint
CREATE INDEX "events_message" ON "events" USING btree ("rfc_message_id") WHERE rfc_message_id is not null;--> statement-breakpoint
CREATE INDEX "events_answers" ON "events" USING btree ("answers") WHERE answers is not null;--> statement-breakpoint
CREATE UNIQUE INDEX "jobs_id" ON "jobs" USING btree ("id");--> statement-breakpoint
CREATE INDEX "jobs_due" ON "jobs" USING btree ("state","run_at");--> statement-breakpoint
CREATE INDEX "jobs_key" ON "jobs" USING btree ("key","seq") WHERE key is not null;