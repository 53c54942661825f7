CREATE TABLE "contact_words" (
	"contact_id" bigint PRIMARY KEY NOT NULL,
	"words" text NOT NULL,
	"tokens" tsvector GENERATED ALWAYS AS (array_to_tsvector(string_to_array("words", ' '))) STORED
);
--> statement-breakpoint
ALTER TABLE "contact_words" ADD CONSTRAINT "contact_words_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
INSERT INTO "contact_words" ("contact_id", "words") SELECT "id", '' FROM "contacts";--> statement-breakpoint
CREATE INDEX "contact_words_unread" ON "contact_words" USING btree ("contact_id") WHERE words = '';--> statement-breakpoint
CREATE INDEX "contact_words_search" ON "contact_words" USING gin ("tokens") WITH (fastupdate = off);