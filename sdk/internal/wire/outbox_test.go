package wire

import (
	"testing"
	"testing/synctest"
	"time"

	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
)

func TestOutboxRests(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox()
		rest := func() time.Duration {
			begin := time.Now()
			o.rest(eventPause)
			return time.Since(begin)
		}
		if d := rest(); d != eventPause {
			t.Errorf("an empty outbox rested for %v", d)
		}
		time.AfterFunc(eventPause/4, o.close)
		if d := rest(); d != eventPause/4 {
			t.Errorf("rested for %v, with an end after %v", d, eventPause/4)
		}
	})
}

func TestOutboxWithEventsDoesNotRest(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		o := newOutbox()
		o.put(t.Context(), &pb.TrainEvent{})
		begin := time.Now()
		if o.rest(eventPause); time.Since(begin) != 0 {
			t.Errorf("rested for %v while an event waits", time.Since(begin))
		}
	})
}
