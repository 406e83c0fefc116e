// Package run keeps run directories, and is the only code that knows what is
// in one:
//
//	runs/vae-1/
//	  run.toml          the configuration, every default spelled out
//	  env.json          what it runs on: versions, executables, machine
//	  dataset.json      what it learns from: source, licence, counts, space
//	  status.json       training, done, stopped, failed or diverged, and why
//	  metrics.csv       step,epoch,seconds,name,value
//	  events.jsonl      what happened, one JSON object a line
//	  checkpoints/      step-N/weights.safetensors, the last few and the best
//	  samples/ plots/   pictures to look at
//	  tb/               metrics and pictures once more, for TensorBoard
//	  plugin.log        the plugin's own words
//	  lock              held by the process that trains it
//
// A run that was trained elsewhere, see [Receive], has beside the first four,
// metrics and one checkpoint:
//
//	origin.json       where it came from
//	README.md         its model card
//
// A run appears under its name only when it is complete, so nobody sees half
// of one, and two that start at once get two names. Files that are written
// whole are replaced whole; the two that grow, grow by whole lines, and a line
// that a crash has cut off is ignored by readers and removed by the next
// writer.
//
// One process at a time trains a run and has its [Recorder], and with it a
// lock that the system releases when the process is gone, however it went. So
// all processes agree on which runs are training, in whatever container they
// are. Where there are no locks, on a few systems and shared disks, the
// process that status.json names is looked for. Reading is free to all,
// meanwhile too.
//
// Errors name the file. They wrap [ErrNotFound], [sdk.ErrCorrupt] for a file
// that is damaged, and whatever the operating system said.
package run
