package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
)

// interrupts returns a channel that the first Ctrl-C closes, and a context
// that the second ends. SIGTERM counts as Ctrl-C. The function that it returns
// gives the signals back.
func interrupts(parent context.Context, w io.Writer) (ctx context.Context, stop <-chan struct{}, release func()) {
	ctx, cancel := context.WithCancel(parent)
	first := make(chan struct{})
	signals := make(chan os.Signal, 2)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM)
	go func() {
		select {
		case <-signals:
		case <-ctx.Done():
			return
		}
		fmt.Fprintln(w, "genhost: stopping after this step; once more stops at once")
		close(first)
		select {
		case <-signals:
			cancel()
		case <-ctx.Done():
		}
	}()
	return ctx, first, func() { signal.Stop(signals); cancel() }
}
