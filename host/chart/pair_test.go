package chart

import (
	"fmt"
	"testing"
)

// A metric and its twin of the rows held out share a panel, wherever they are.
func TestPair(t *testing.T) {
	var all []Series
	for _, name := range []string{"active", "kl", "val_active", "val_kl", "val_only"} {
		all = append(all, Series{Name: name})
	}
	var got []string
	for _, p := range pair(all) {
		names := ""
		for _, s := range p {
			names += s.Name + " "
		}
		got = append(got, names)
	}
	if want := "[active val_active  kl val_kl  val_only ]"; fmt.Sprint(got) != want {
		t.Errorf("got %v, want %s", got, want)
	}
	render(t, falling("loss", 40, 3, 1), falling("val_loss", 10, 3, 2), falling("kl", 40, 3, 1), falling("val_kl", 10, 3, 2))
}
