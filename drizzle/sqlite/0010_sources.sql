CREATE TABLE `contact_tags` (
	`tag` text NOT NULL,
	`contact_id` integer NOT NULL,
	PRIMARY KEY(`tag`, `contact_id`),
	FOREIGN KEY (`contact_id`) REFERENCES `contacts`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT, WITHOUT ROWID;
--> statement-breakpoint
INSERT INTO `contact_tags` (`tag`, `contact_id`)
SELECT DISTINCT lower(`each`.`value`), `contacts`.`id` FROM `contacts`, json_each(`contacts`.`tags`) AS `each`
WHERE `contacts`.`tags` <> '[]' ORDER BY 1, 2;
--> statement-breakpoint
CREATE INDEX `contact_tags_contact` ON `contact_tags` (`contact_id`);--> statement-breakpoint
-- SQL does not know the capital letters of every alphabet: the program reads these once more when it opens the file.
UPDATE `contact_words` SET `words` = '' WHERE `contact_id` IN (SELECT `contact_id` FROM `contact_tags` WHERE `tag` GLOB '*[^ -~]*');
--> statement-breakpoint
-- With an index of beginnings: what begins with one letter is most of all.
DROP TABLE `contact_search`;
--> statement-breakpoint
CREATE VIRTUAL TABLE `contact_search` USING fts5(words, content='contact_words', content_rowid='contact_id', tokenize='ascii', columnsize=0, prefix='1 2 3');
--> statement-breakpoint
INSERT INTO `contact_search`(`contact_search`) VALUES ('rebuild');
--> statement-breakpoint
CREATE INDEX `contacts_campaign` ON `contacts` (lower(source_campaign)) WHERE source_campaign is not null;--> statement-breakpoint
CREATE INDEX `contacts_suppressed` ON `contacts` (`suppressed`) WHERE suppressed is not null;--> statement-breakpoint
CREATE INDEX `contacts_created` ON `contacts` (`created_at`);--> statement-breakpoint
CREATE INDEX `contacts_status` ON `contacts` (`status`);--> statement-breakpoint
CREATE INDEX `contacts_engaged` ON `contacts` (`last_engaged_at`) WHERE last_engaged_at is not null;
