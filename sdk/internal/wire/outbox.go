package wire

import (
	"context"
	"sync"
	"time"

	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/protobuf/proto"
)

// An outbox holds the events of a training until the host takes them, so that
// a slow host does not slow the training. Progress within a window gives way
// to what comes after it; all else is kept.
type outbox struct {
	mu      sync.Mutex
	changed *sync.Cond
	waiting []*pb.TrainEvent
	bytes   int
	closed  chan struct{}
}

func newOutbox() *outbox {
	o := &outbox{closed: make(chan struct{})}
	o.changed = sync.NewCond(&o.mu)
	return o
}

// put adds an event. It waits only when too many bytes wait already, and not
// once ctx is done.
func (o *outbox) put(ctx context.Context, e *pb.TrainEvent) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if n := len(o.waiting); n > 0 && passing(o.waiting[n-1]) && e.GetProgress() != nil {
		o.bytes -= proto.Size(o.waiting[n-1])
		o.waiting = o.waiting[:n-1]
	}
	defer context.AfterFunc(ctx, o.wake)()
	for o.bytes > maxWaiting && ctx.Err() == nil {
		o.changed.Wait()
	}
	o.waiting = append(o.waiting, e)
	o.bytes += proto.Size(e)
	o.changed.Broadcast()
}

// passing reports whether e says nothing that a later event does not.
func passing(e *pb.TrainEvent) bool { return e.GetProgress() != nil && !e.GetProgress().Window }

// take waits for the next event; nil when there will be none.
func (o *outbox) take() *pb.TrainEvent {
	o.mu.Lock()
	defer o.mu.Unlock()
	for len(o.waiting) == 0 && !o.ended() {
		o.changed.Wait()
	}
	if len(o.waiting) == 0 {
		return nil
	}
	e := o.waiting[0]
	o.waiting = o.waiting[1:]
	o.bytes -= proto.Size(e)
	o.changed.Broadcast()
	return e
}

// rest lets events gather for a while when none waits, since each time that a
// host is woken up takes from the training. It returns early when the outbox is
// closed.
func (o *outbox) rest(pause time.Duration) {
	o.mu.Lock()
	idle := len(o.waiting) == 0
	o.mu.Unlock()
	if idle {
		select {
		case <-time.After(pause):
		case <-o.closed:
		}
	}
}

// close says that no event comes any more.
func (o *outbox) close() {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.closed)
	o.changed.Broadcast()
}

func (o *outbox) ended() bool {
	select {
	case <-o.closed:
		return true
	default:
		return false
	}
}

func (o *outbox) wake() {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.changed.Broadcast()
}
