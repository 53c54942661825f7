CREATE TABLE "enrichment_calls" (
	"id" text PRIMARY KEY NOT NULL,
	"provider" text NOT NULL,
	"task" text NOT NULL,
	"contact_ids" jsonb NOT NULL,
	"credits" double precision NOT NULL,
	"day" text NOT NULL,
	"started_at" bigint NOT NULL,
	"request_id" text,
	"deadline_at" bigint,
	"callback_hash" text
);
--> statement-breakpoint
CREATE TABLE "enrichment_days" (
	"day" text NOT NULL,
	"provider" text NOT NULL,
	"calls" bigint NOT NULL,
	"hits" bigint NOT NULL,
	"misses" bigint NOT NULL,
	"mismatches" bigint NOT NULL,
	"failed" bigint NOT NULL,
	"uncertain" bigint NOT NULL,
	"credits" double precision NOT NULL,
	CONSTRAINT "enrichment_days_day_provider_pk" PRIMARY KEY("day","provider")
);
--> statement-breakpoint
CREATE TABLE "enrichment_lookups" (
	"contact_id" bigint NOT NULL,
	"provider" text NOT NULL,
	"task" text NOT NULL,
	"outcome" text NOT NULL,
	"clue" text NOT NULL,
	"at" bigint NOT NULL,
	"expires_at" bigint NOT NULL,
	"call_id" text,
	CONSTRAINT "enrichment_lookups_contact_id_provider_task_pk" PRIMARY KEY("contact_id","provider","task")
);
--> statement-breakpoint
CREATE TABLE "enrichment_providers" (
	"provider" text PRIMARY KEY NOT NULL,
	"key_hash" text NOT NULL,
	"trouble" text,
	"message" text,
	"since" bigint NOT NULL,
	"until" bigint,
	"credits_left" double precision
);
--> statement-breakpoint
ALTER TABLE "contacts" ADD COLUMN "claims" jsonb DEFAULT '{}'::jsonb NOT NULL;--> statement-breakpoint
ALTER TABLE "enrichment_lookups" ADD CONSTRAINT "enrichment_lookups_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "enrichment_lookups_call" ON "enrichment_lookups" USING btree ("call_id") WHERE call_id is not null;