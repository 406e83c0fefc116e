package host

import (
	"bytes"
	"os"
	"path/filepath"
	"testing"
)

// What TensorBoard is to show is in the run: each metric once for each window,
// and each preview's picture.
func TestTrainingWritesABoard(t *testing.T) {
	var said []string
	h := keenHost(t, &said)
	two := 2
	r, err := h.Train(t.Context(), TrainRequest{Model: "echo", Epochs: 3, HoldOut: &two})
	if err != nil {
		t.Fatal(err)
	}
	files, err := filepath.Glob(filepath.Join(r.TensorBoardDir(), "events.out.tfevents.*"))
	if err != nil || len(files) != 1 {
		t.Fatalf("files %v, %v", files, err)
	}
	data, err := os.ReadFile(files[0])
	if err != nil {
		t.Fatal(err)
	}
	// 6 windows, of which 3 end an epoch; previews of the first epoch and the last.
	for text, want := range map[string]int{"\x0a\x08val_loss": 3, "\x0a\x04loss": 6, "\x89PNG\r\n": 2} {
		if got := bytes.Count(data, []byte(text)); got != want {
			t.Errorf("%q %d times, want %d", text, got, want)
		}
	}
}
