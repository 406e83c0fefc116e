package kernel

import "testing"

// eachLevel runs f once for every instruction set this machine has.
func eachLevel(t *testing.T, f func(t *testing.T)) {
	t.Helper()
	chosen := level
	defer func() { level = chosen }()
	for _, l := range levels() {
		level = l
		t.Run(l.String(), f)
	}
}

func TestLevel(t *testing.T) {
	var seen []string
	eachLevel(t, func(t *testing.T) { seen = append(seen, Level()) })
	if last := seen[len(seen)-1]; last != Level() {
		t.Errorf("started at %s, but the best of %q is %s", Level(), seen, last)
	}
}
