package process

import (
	"os"
	"testing"
	"time"

	"github.com/genhost/genhost/host/process/sandbox"
)

// BenchmarkStart starts a plugin in no sandbox and in one, in turn, and reports
// what each takes until it has said what it offers.
func BenchmarkStart(b *testing.B) {
	exe, err := os.Executable()
	if err != nil {
		b.Fatal(err)
	}
	var plain, held time.Duration
	for b.Loop() {
		for _, c := range []struct {
			box  *sandbox.Sandbox
			took *time.Duration
		}{{nil, &plain}, {&sandbox.Sandbox{}, &held}} {
			begin := time.Now()
			p, err := Start(b.Context(), Spec{Name: "fake", Path: exe, Env: []string{asVariable + "=good"}, Sandbox: c.box})
			if err != nil {
				b.Fatal(err)
			}
			*c.took += time.Since(begin)
			p.Stop()
		}
	}
	n := float64(b.N) * float64(time.Millisecond)
	b.ReportMetric(float64(plain)/n, "plain-ms/op")
	b.ReportMetric(float64(held)/n, "sandbox-ms/op")
	b.ReportMetric(float64(held-plain)/n, "over-ms/op")
}
