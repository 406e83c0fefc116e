package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"sync"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/grpc"
)

// Train lets the plugin run the job, and watches. When ctx ends it returns at
// once; when job.Stop is closed, after the step and the checkpoint under way.
func (m *model) Train(ctx context.Context, job *sdk.Job) error {
	if job.Data == nil || job.Data.Len() == 0 {
		return fmt.Errorf("%w: no rows to learn from", sdk.ErrBadInput)
	}
	data, remove, err := toFile(ctx, job.Data)
	if err != nil {
		return err
	}
	defer remove()
	start := &pb.TrainStart{
		Session: m.session, Data: []byte(data), Seed: job.Seed,
		CheckpointEvery: int64(job.CheckpointEvery), MaxSteps: int64(job.MaxSteps),
		HeldOut: int64(job.HeldOut), Patience: int64(job.Patience),
	}
	if job.Watch != nil {
		start.Previews = int64(job.Previews)
	}
	var dir string
	if job.Dir != "" {
		if dir, err = filepath.Abs(job.Dir); err != nil {
			return fmt.Errorf("train: %w", err)
		}
		start.Dir = []byte(dir)
	}

	var sender sync.WaitGroup
	defer sender.Wait()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := m.client.Train(ctx)
	if err != nil {
		return err
	}
	command := &pb.TrainCommand{Command: &pb.TrainCommand_Start{Start: start}}
	if err := stream.Send(command); err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	sender.Go(func() { sendStop(stream, job.Stop) })
	w := watcher{job: job, dir: dir}
	return w.watch(stream)
}

// sendStop passes on the wish to stop, until the call ends.
func sendStop(stream grpc.BidiStreamingClient[pb.TrainCommand, pb.TrainEvent], stop <-chan struct{}) {
	select {
	case <-stop:
		// An error means that the call has ended, which its reader is told.
		_ = stream.Send(&pb.TrainCommand{Command: &pb.TrainCommand_Stop{Stop: &pb.TrainStop{}}})
	case <-stream.Context().Done():
	}
}

// A watcher tells the host's side of a job what the plugin's side does.
type watcher struct {
	job     *sdk.Job
	dir     string // job.Dir as the plugin knows it
	seq     uint64
	preview batchReader
}

// watch reads events until the result.
func (w *watcher) watch(stream grpc.BidiStreamingClient[pb.TrainCommand, pb.TrainEvent]) error {
	for {
		e, err := stream.Recv()
		if errors.Is(err, io.EOF) {
			return fmt.Errorf("%w: the training ended without a result", sdk.ErrProtocol)
		}
		if err != nil {
			return err
		}
		if w.seq++; e.Seq != w.seq {
			return fmt.Errorf("%w: event %d of the training comes after %d", sdk.ErrProtocol, e.Seq, w.seq-1)
		}
		if r := e.GetResult(); r != nil {
			return fromError(r.Error)
		}
		if err := w.see(e); err != nil {
			return err
		}
	}
}

func (w *watcher) see(e *pb.TrainEvent) error {
	if c := e.GetPreview(); c != nil {
		return w.seePreview(e.GetAt(), c)
	}
	if event, known := fromEvent(e); known && w.job.Watch != nil {
		event.Checkpoint = w.path(event.Checkpoint)
		w.job.Watch(event)
	}
	return nil
}

func (w *watcher) seePreview(at *pb.Position, c *pb.Chunk) error {
	if err := w.preview.add(c); err != nil {
		return err
	}
	if !w.preview.complete() {
		return nil
	}
	b, err := w.preview.batch()
	w.preview = batchReader{}
	if err == nil && w.job.Watch != nil {
		w.job.Watch(sdk.Event{Position: fromPosition(at), Preview: &b})
	}
	return err
}

// path makes a checkpoint's path start with job.Dir as the host wrote it.
func (w *watcher) path(checkpoint string) string {
	if checkpoint == "" {
		return ""
	}
	if rel, err := filepath.Rel(w.dir, checkpoint); err == nil && filepath.IsLocal(rel) {
		return filepath.Join(w.job.Dir, rel)
	}
	return checkpoint
}
