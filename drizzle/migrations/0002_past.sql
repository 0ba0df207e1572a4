ALTER TABLE "log_head" ADD COLUMN "past" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "log_snapshot" ADD COLUMN "past" text DEFAULT '' NOT NULL;--> statement-breakpoint
ALTER TABLE "log_snapshot" DROP CONSTRAINT "log_snapshot_doc_seq_pk";--> statement-breakpoint
ALTER TABLE "log_snapshot" ADD CONSTRAINT "log_snapshot_doc_past_seq_pk" PRIMARY KEY("doc","past","seq");
