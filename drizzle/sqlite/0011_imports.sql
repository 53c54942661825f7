CREATE TABLE `imports` (
	`id` integer PRIMARY KEY AUTOINCREMENT NOT NULL,
	`by` text,
	`name` text NOT NULL,
	`campaign` text,
	`tags` text NOT NULL,
	`overwrite` integer NOT NULL,
	`enrich` integer NOT NULL,
	`state` text NOT NULL,
	`size` integer NOT NULL,
	`hash` text NOT NULL,
	`columns` text,
	`header` text,
	`total` integer,
	`place` integer NOT NULL,
	`counts` text NOT NULL,
	`undone` text NOT NULL,
	`channel` text,
	`ts` text,
	`created_at` integer NOT NULL,
	`touched_at` integer NOT NULL,
	`ended_at` integer
) STRICT;
--> statement-breakpoint
CREATE TABLE `import_pieces` (
	`import_id` integer NOT NULL,
	`nth` integer NOT NULL,
	`bytes` blob NOT NULL,
	PRIMARY KEY(`import_id`, `nth`),
	FOREIGN KEY (`import_id`) REFERENCES `imports`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE TABLE `import_contacts` (
	`import_id` integer NOT NULL,
	`contact_id` integer NOT NULL,
	`at` integer NOT NULL,
	`outcome` text NOT NULL,
	`before` text,
	`after` text,
	`events` text,
	`revision` integer NOT NULL,
	`done_at` integer NOT NULL,
	`kept` text,
	PRIMARY KEY(`import_id`, `contact_id`),
	FOREIGN KEY (`import_id`) REFERENCES `imports`(`id`) ON UPDATE no action ON DELETE cascade,
	FOREIGN KEY (`contact_id`) REFERENCES `contacts`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE INDEX `import_contacts_contact` ON `import_contacts` (`contact_id`);--> statement-breakpoint
CREATE TABLE `import_rejects` (
	`import_id` integer NOT NULL,
	`nth` integer NOT NULL,
	`at` integer NOT NULL,
	`value` text NOT NULL,
	`reason` text NOT NULL,
	`cells` text,
	PRIMARY KEY(`import_id`, `nth`),
	FOREIGN KEY (`import_id`) REFERENCES `imports`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
CREATE TABLE `import_columns` (
	`header` text PRIMARY KEY NOT NULL,
	`columns` text NOT NULL,
	`at` integer NOT NULL
) STRICT, WITHOUT ROWID;
