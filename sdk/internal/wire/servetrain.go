package wire

import (
	"context"
	"fmt"
	"time"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/dataset"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/grpc"
)

type trainStream = grpc.BidiStreamingServer[pb.TrainCommand, pb.TrainEvent]

func (s *server) Train(stream trainStream) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	start := first.GetStart()
	if start == nil {
		return fmt.Errorf("%w: training begins without the command start", sdk.ErrProtocol)
	}
	m, leave, err := s.sessions.model(stream.Context(), start.Session)
	if err != nil {
		return err
	}
	defer leave()
	data, err := dataset.OpenChecked(string(start.Data)) // by the host
	if err != nil {
		return err
	}
	defer data.Close()

	t := &training{stream: stream, events: newOutbox(), sent: make(chan error, 1)}
	job := &sdk.Job{
		Data: data, Seed: start.Seed, Dir: string(start.Dir), CheckpointEvery: time.Duration(start.CheckpointEvery),
		HeldOut: int(start.HeldOut), Patience: int(start.Patience),
		MaxSteps: int(start.MaxSteps), Previews: int(start.Previews), Stop: t.commands(),
	}
	return t.run(s.plugin.Name, job, m)
}

// A training is a job that the plugin carries out for the host.
type training struct {
	stream trainStream
	events *outbox
	seq    uint64
	sent   chan error // from the goroutine that sends, when it ends
}

// run runs the job while another goroutine sends what it tells, and sends its
// result when that is done.
func (t *training) run(plugin string, job *sdk.Job, m sdk.Model) error {
	ctx, cancel := context.WithCancelCause(t.stream.Context())
	defer cancel(nil)
	job.Watch = func(e sdk.Event) {
		for _, message := range toEvents(e) {
			t.events.put(ctx, message)
		}
	}
	go func() { t.sent <- t.sendAll(cancel) }()
	err := func() (err error) {
		defer guard(plugin, &err)
		return job.Run(ctx, m)
	}()
	t.events.close()
	if failed := <-t.sent; failed != nil {
		return failed
	}
	return t.send(&pb.TrainEvent{Event: &pb.TrainEvent_Result{Result: &pb.TrainResult{Error: toError(err)}}})
}

// eventPause is how long events gather before they are sent together.
const eventPause = 100 * time.Millisecond

// sendAll sends the events until there are no more. When one cannot be sent it
// ends the training.
func (t *training) sendAll(cancel context.CancelCauseFunc) (err error) {
	for e := t.events.take(); e != nil; e = t.events.take() {
		if err == nil {
			err = t.send(e)
		}
		if err != nil {
			cancel(err)
		}
		t.events.rest(eventPause)
	}
	return err
}

func (t *training) send(e *pb.TrainEvent) error {
	t.seq++
	e.Seq = t.seq
	return t.stream.Send(e)
}

// commands returns a channel that is closed when the host asks to stop. The
// goroutine behind it ends with the call.
func (t *training) commands() <-chan struct{} {
	stop := make(chan struct{})
	go func() {
		for asked := false; ; {
			c, err := t.stream.Recv()
			if err != nil {
				return
			}
			if c.GetStop() != nil && !asked {
				asked = true
				close(stop)
			}
		}
	}()
	return stop
}
