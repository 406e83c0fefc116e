package sandbox

import (
	"strings"
	"testing"
)

// Sockets without a path are held by a network namespace, or by Landlock from its
// version 6 on. With the network there is no such namespace.
func TestReportOfSockets(t *testing.T) {
	for _, c := range []struct {
		network bool
		abi     int
		want    string
	}{
		{false, 5, "sockets: hidden"},
		{true, 5, "sockets: not held, with the network, abstract ones are open: landlock is 5, it takes 6"},
		{true, 6, "sockets: hidden"},
		{true, 9, "sockets: landlock 9"},
	} {
		o := orders{Sandbox: Sandbox{Network: c.network}, Spaces: spaces{Own: true}}
		if got := strings.Join(o.report(landlocked{abi: c.abi}, true, "").Lines(), "\n"); !strings.Contains(got, c.want+"\n") {
			t.Errorf("%+v: got\n%s", c, got)
		}
	}
}

func TestSince(t *testing.T) {
	for release, want := range map[string]bool{
		"5.14.0-427.el9.x86_64": true, "5.4.0-generic": false, "5.13.19": false, "6.1": true, "4.18.0": false, "10.0-rc1": true, "": false, "x": false,
	} {
		if got := since(release, 5, 14); got != want {
			t.Errorf("%q: %v", release, got)
		}
	}
}
