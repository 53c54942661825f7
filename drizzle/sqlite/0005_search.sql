CREATE TABLE `contact_words` (
	`contact_id` integer NOT NULL,
	`words` text NOT NULL,
	PRIMARY KEY(`contact_id`),
	FOREIGN KEY (`contact_id`) REFERENCES `contacts`(`id`) ON UPDATE no action ON DELETE cascade
) STRICT;
--> statement-breakpoint
CREATE INDEX `contact_words_unread` ON `contact_words` (`contact_id`) WHERE words = '';--> statement-breakpoint
CREATE VIRTUAL TABLE `contact_search` USING fts5(words, content='contact_words', content_rowid='contact_id', tokenize='ascii', columnsize=0);
--> statement-breakpoint
CREATE TRIGGER `contact_words_added` AFTER INSERT ON `contact_words` BEGIN
	INSERT INTO `contact_search`(`rowid`, `words`) VALUES (new.contact_id, new.words);
END;
--> statement-breakpoint
CREATE TRIGGER `contact_words_changed` AFTER UPDATE ON `contact_words` BEGIN
	INSERT INTO `contact_search`(`contact_search`, `rowid`, `words`) VALUES ('delete', old.contact_id, old.words);
	INSERT INTO `contact_search`(`rowid`, `words`) VALUES (new.contact_id, new.words);
END;
--> statement-breakpoint
CREATE TRIGGER `contact_words_gone` AFTER DELETE ON `contact_words` BEGIN
	INSERT INTO `contact_search`(`contact_search`, `rowid`, `words`) VALUES ('delete', old.contact_id, old.words);
END;
--> statement-breakpoint
INSERT INTO `contact_words`(`contact_id`, `words`) SELECT `id`, '' FROM `contacts`;