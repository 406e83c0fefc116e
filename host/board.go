package host

import (
	"time"

	"github.com/genhost/genhost/host/tensorboard"
	"github.com/genhost/genhost/sdk"
)

// A board is what TensorBoard shows of a training. Nobody waits for a disk:
// what others see is as old as the last preview.
type board struct{ w *tensorboard.Writer }

func openBoard(dir string) (*board, error) {
	w, err := tensorboard.Create(dir)
	return &board{w}, err
}

// event adds the metrics of a window.
func (b *board) event(e sdk.Event) error {
	if !e.Window {
		return nil
	}
	return b.w.Scalars(time.Now(), e.Step, e.Metrics)
}

// picture adds the sheet of a preview.
func (b *board) picture(step int, png []byte) error {
	if err := b.w.Image(time.Now(), step, "samples", png); err != nil {
		return err
	}
	return b.w.Flush()
}

func (b *board) Close() error { return b.w.Close() }
