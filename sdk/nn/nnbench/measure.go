package main

import (
	"slices"
	"time"
)

// median runs step twice to warm up, and then for so long, three times at
// least. It returns the median time of those.
func median(step func(), long time.Duration) time.Duration {
	step()
	step()
	var times []time.Duration
	for begin := time.Now(); time.Since(begin) < long || len(times) < 3; {
		t := time.Now()
		step()
		times = append(times, time.Since(t))
	}
	slices.Sort(times)
	return times[len(times)/2]
}
