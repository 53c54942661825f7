CREATE TABLE "contact_tags" (
	"tag" text NOT NULL,
	"contact_id" bigint NOT NULL,
	CONSTRAINT "contact_tags_tag_contact_id_pk" PRIMARY KEY("tag","contact_id")
);
--> statement-breakpoint
INSERT INTO "contact_tags" ("tag", "contact_id")
SELECT DISTINCT lower("each"."value"), "contacts"."id" FROM "contacts", jsonb_array_elements_text("contacts"."tags") AS "each" ("value");
--> statement-breakpoint
ALTER TABLE "contact_tags" ADD CONSTRAINT "contact_tags_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "contact_tags_contact" ON "contact_tags" USING btree ("contact_id");--> statement-breakpoint
-- SQL may not know the capital letters of every alphabet: the program reads these once more when it opens the database.
UPDATE "contact_words" SET "words" = '' WHERE "contact_id" IN (SELECT "contact_id" FROM "contact_tags" WHERE "tag" ~ '[^ -~]');
--> statement-breakpoint
CREATE INDEX "contacts_campaign" ON "contacts" USING btree (lower(source_campaign)) WHERE source_campaign is not null;--> statement-breakpoint
CREATE INDEX "contacts_suppressed" ON "contacts" USING btree ("suppressed") WHERE suppressed is not null;--> statement-breakpoint
CREATE INDEX "contacts_created" ON "contacts" USING btree ("created_at");--> statement-breakpoint
CREATE INDEX "contacts_status" ON "contacts" USING btree ("status");--> statement-breakpoint
CREATE INDEX "contacts_engaged" ON "contacts" USING btree ("last_engaged_at") WHERE last_engaged_at is not null;--> statement-breakpoint
-- Ranges of beginnings are compared bytewise, and an index serves the collation of its column only.
ALTER TABLE "contacts"
	ALTER COLUMN "email_key" TYPE text COLLATE "C",
	ALTER COLUMN "domain" TYPE text COLLATE "C",
	ALTER COLUMN "name_key" TYPE text COLLATE "C",
	ALTER COLUMN "surname_key" TYPE text COLLATE "C";
