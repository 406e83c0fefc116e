package main

import (
	"math"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/folder"
)

const (
	mostSteps = 3.0  // semitones by which variants are faster or slower
	mostTilt  = 0.5  // of the sample before, which variants add or take away: up to 9.5 dB from the lowest frequency to the highest
	mostFade  = 20.0 // dB by which the end of variants is quieter than their start
)

// A variant is how a sound is played, to learn more from it.
type variant struct {
	speed float64 // times as fast
	tilt  float64 // what of the sample before is added to each: above 0 duller, below brighter
	fade  float64 // dB by which its end is quieter than its start
}

// variantOf returns variant k, of which the first is the sound as it is. The
// others are spread evenly, however many there are, by steps of powers of the
// inverse of the plastic number: Roberts, "The unreasonable effectiveness of
// quasirandom sequences", 2018, in three dimensions.
func variantOf(k int) variant {
	if k == 0 {
		return variant{speed: 1}
	}
	const root = 1.2207440846057596 // of x⁴ = x + 1
	at := func(power int) float64 {
		_, part := math.Modf(float64(k) * math.Pow(root, -float64(power)))
		return part
	}
	return variant{
		speed: speedOf(mostSteps * (2*at(1) - 1)),
		tilt:  mostTilt * (2*at(2) - 1),
		fade:  mostFade * at(3),
	}
}

// speedOf is how much faster a sound is that is so many semitones higher.
func speedOf(semitones float64) float64 { return math.Exp2(semitones / 12) }

// colour makes a clip brighter or duller, and its end quieter.
func (v variant) colour(x []float32) {
	if v.tilt == 0 && v.fade == 0 {
		return
	}
	step := math.Pow(10, -v.fade/20/float64(len(x)))
	gain, last := 1.0, 0.0
	for i, now := range x {
		x[i] = float32(gain * (float64(now) + v.tilt*last))
		gain, last = gain*step, float64(now)
	}
}

// variants is how many rows each sound of a split becomes. Of those that are read
// for a model that has learned already, and of those held out, it is one. Sounds
// that are not split are there to learn from.
func (m *audio) variants(src sdk.Source, of folder.Split) int {
	if src.Space != nil || of.Name != folder.Train && of.Name != folder.All {
		return 1
	}
	return m.Variants
}
