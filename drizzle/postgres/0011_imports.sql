CREATE TABLE "imports" (
	"id" bigserial PRIMARY KEY NOT NULL,
	"by" text,
	"name" text NOT NULL,
	"campaign" text,
	"tags" jsonb NOT NULL,
	"overwrite" boolean NOT NULL,
	"enrich" boolean NOT NULL,
	"state" text NOT NULL,
	"size" bigint NOT NULL,
	"hash" text NOT NULL,
	"columns" jsonb,
	"header" jsonb,
	"total" bigint,
	"place" bigint NOT NULL,
	"counts" jsonb NOT NULL,
	"undone" jsonb NOT NULL,
	"channel" text,
	"ts" text,
	"created_at" bigint NOT NULL,
	"touched_at" bigint NOT NULL,
	"ended_at" bigint
);
--> statement-breakpoint
CREATE TABLE "import_pieces" (
	"import_id" bigint NOT NULL,
	"nth" bigint NOT NULL,
	"bytes" "bytea" NOT NULL,
	CONSTRAINT "import_pieces_import_id_nth_pk" PRIMARY KEY("import_id","nth")
);
--> statement-breakpoint
CREATE TABLE "import_contacts" (
	"import_id" bigint NOT NULL,
	"contact_id" bigint NOT NULL,
	"at" bigint NOT NULL,
	"outcome" text NOT NULL,
	"before" jsonb,
	"after" jsonb,
	"events" jsonb,
	"revision" bigint NOT NULL,
	"done_at" bigint NOT NULL,
	"kept" text,
	CONSTRAINT "import_contacts_import_id_contact_id_pk" PRIMARY KEY("import_id","contact_id")
);
--> statement-breakpoint
CREATE TABLE "import_rejects" (
	"import_id" bigint NOT NULL,
	"nth" bigint NOT NULL,
	"at" bigint NOT NULL,
	"value" text NOT NULL,
	"reason" text NOT NULL,
	"cells" jsonb,
	CONSTRAINT "import_rejects_import_id_nth_pk" PRIMARY KEY("import_id","nth")
);
--> statement-breakpoint
CREATE TABLE "import_columns" (
	"header" text PRIMARY KEY NOT NULL,
	"columns" jsonb NOT NULL,
	"at" bigint NOT NULL
);
--> statement-breakpoint
ALTER TABLE "import_pieces" ADD CONSTRAINT "import_pieces_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_contacts" ADD CONSTRAINT "import_contacts_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_contacts" ADD CONSTRAINT "import_contacts_contact_id_contacts_id_fk" FOREIGN KEY ("contact_id") REFERENCES "public"."contacts"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
ALTER TABLE "import_rejects" ADD CONSTRAINT "import_rejects_import_id_imports_id_fk" FOREIGN KEY ("import_id") REFERENCES "public"."imports"("id") ON DELETE cascade ON UPDATE no action;--> statement-breakpoint
CREATE INDEX "import_contacts_contact" ON "import_contacts" USING btree ("contact_id");
