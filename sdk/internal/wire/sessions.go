package wire

import (
	"context"
	"fmt"
	"strconv"
	"sync"

	"github.com/genhost/genhost/sdk"
)

// sessions are the models and modalities that a server has made.
type sessions struct {
	mu   sync.Mutex
	all  map[string]*session
	last int
}

// A session is one model or one modality, for one call at a time.
type session struct {
	model    sdk.Model
	modality sdk.Modality

	turn   chan struct{} // holds one token while nobody uses it
	closed bool          // for those who waited for their turn
}

func (ss *sessions) add(s *session) (id string) {
	s.turn = make(chan struct{}, 1)
	s.turn <- struct{}{}
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if ss.all == nil {
		ss.all = map[string]*session{}
	}
	ss.last++
	id = strconv.Itoa(ss.last)
	ss.all[id] = s
	return id
}

func (ss *sessions) find(id string) (*session, error) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	if s, ok := ss.all[id]; ok {
		return s, nil
	}
	return nil, errClosed
}

func (ss *sessions) remove(id string) {
	ss.mu.Lock()
	defer ss.mu.Unlock()
	delete(ss.all, id)
}

var errClosed = fmt.Errorf("%w: the model or modality is closed", sdk.ErrBadInput)

// enter waits until the session is free. Call leave afterwards.
func (s *session) enter(ctx context.Context) (leave func(), err error) {
	select {
	case <-s.turn:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	leave = func() { s.turn <- struct{}{} }
	if s.closed {
		leave()
		return nil, errClosed
	}
	return leave, nil
}

// model returns the model of a session, and enters it.
func (ss *sessions) model(ctx context.Context, id string) (m sdk.Model, leave func(), err error) {
	s, err := ss.find(id)
	if err != nil {
		return nil, nil, err
	}
	if s.model == nil {
		return nil, nil, fmt.Errorf("%w: session %q is no model", sdk.ErrProtocol, id)
	}
	leave, err = s.enter(ctx)
	return s.model, leave, err
}

// modality returns the modality of a session, and enters it.
func (ss *sessions) modality(ctx context.Context, id string) (m sdk.Modality, leave func(), err error) {
	s, err := ss.find(id)
	if err != nil {
		return nil, nil, err
	}
	if s.modality == nil {
		return nil, nil, fmt.Errorf("%w: session %q is no modality", sdk.ErrProtocol, id)
	}
	leave, err = s.enter(ctx)
	return s.modality, leave, err
}
