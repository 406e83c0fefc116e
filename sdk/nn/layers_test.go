package nn

import (
	"fmt"
	"math"
	"math/rand/v2"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk/optim"
	"github.com/genhost/genhost/sdk/tensor"
)

// A tower has every layer of this file, on pictures of 3×3 pixels of 4
// channels, or on sequences of 3 steps of 3 classes of 4.
type tower struct {
	params, stats tensor.Params
	embedding     *Embedding
	picture       Sequential
	gru           *GRU
	last          *Dense
}

func newTower() *tower {
	t := &tower{}
	p := &t.params
	t.embedding = NewEmbedding(p, "embedding", 4, 4)
	block := Sequential{NewBatchNorm(p, &t.stats, "block.norm", 4), Func((*tensor.Tensor).SiLU), NewDense(p, "block.dense", 36, 36, tensor.Tanh)}
	t.picture = Sequential{Residual{block}, NewLayerNorm(p, "norm", 36), Dropout{0.3}, NewLayerNorm(p, "pixels", 4), Func((*tensor.Tensor).GELU)}
	t.gru = NewGRU(p, "gru", 12, 5)
	t.last = NewDense(p, "last", 5, 4, tensor.Linear)
	rng := rand.New(rand.NewPCG(1, 2))
	p.Init(rng)
	t.stats.Init(rng)
	return t
}

// forward returns logits, 3·len(ids)/9 × 4, of rows of 9 classes.
func (t *tower) forward(tape *tensor.Tape, ids []float32) *tensor.Tensor {
	n := len(ids) / 9
	x := t.picture.Forward(t.embedding.Forward(tape.Input(ids, n, 9))).TimeMajor(3)
	return t.last.Forward(t.gru.Forward(x, tape.Full(n, 5, 0), nil))
}

func (t *tower) step(tape *tensor.Tape, ids []float32, first int) *tensor.Tensor {
	tape.Reset()
	tape.Train(9, first)
	logits := t.forward(tape, ids).BatchMajor(3) // n × 12
	x := tape.Input(ids, len(ids)/9, 9).Columns(0, 3)
	loss := Categorical(x, logits).Mean().Scale(-1)
	loss.Backward(&t.params)
	return loss
}

func classes(n int) []float32 {
	rng := rand.New(rand.NewPCG(5, 6))
	x := make([]float32, n)
	for i := range x {
		x[i] = float32(rng.IntN(4))
	}
	return x
}

func TestLayerNames(t *testing.T) {
	tw := newTower()
	var names []string
	for _, q := range slices.Concat(tw.params.All(), tw.stats.All()) {
		names = append(names, fmt.Sprintf("%s %v", q.Name, q.Tensor))
	}
	want := "embedding.weight 4×4, block.norm.gain 1×4, block.norm.bias 1×4, block.dense.weight 36×36, block.dense.bias 1×36, " +
		"norm.gain 1×36, norm.bias 1×36, pixels.gain 1×4, pixels.bias 1×4, " +
		"gru.weight 12×15, gru.bias 1×15, gru.state.weight 5×15, gru.state.bias 1×15, last.weight 5×4, last.bias 1×4, " +
		"block.norm.mean 1×4, block.norm.variance 1×4"
	if got := strings.Join(names, ", "); got != want {
		t.Errorf("got  %s\nwant %s", got, want)
	}
}

func TestTowerLearns(t *testing.T) {
	tw, ids := newTower(), classes(9*32)
	var tape tensor.Tape
	adam := optim.NewAdam(0.01)
	var first, last float64
	for n := range 300 {
		loss := tw.step(&tape, ids, 32*n).Item()
		adam.Step(&tw.params)
		if n < 20 {
			first += loss / 20
		} else if n >= 280 {
			last += loss / 20
		}
	}
	if !(last < 0.5*first) {
		t.Errorf("loss went from %.3f to %.3f", first, last)
	}
}

// What the network says when it does not train is a matter of the parameters,
// the statistics and the row, and survives Save and Load.
func TestTowerAtRest(t *testing.T) {
	tw, ids := newTower(), classes(9*20)
	var tape tensor.Tape
	for n := range 10 {
		tw.step(&tape, ids, 20*n)
	}
	stats := slices.Clone(tw.stats.Data)
	tape.Reset()
	all := tw.forward(&tape, ids).BatchMajor(3)
	if !slices.Equal(tw.stats.Data, stats) {
		t.Error("statistics move where nothing trains")
	}
	one := tw.forward(&tape, ids[9*7:9*8]).BatchMajor(3)
	if !slices.Equal(one.Data, all.Data[12*7:12*8]) {
		t.Error("row 7 depends on the batch")
	}

	path := filepath.Join(t.TempDir(), "weights.safetensors")
	if err := Save(path, &tw.params, &tw.stats); err != nil {
		t.Fatal(err)
	}
	twin := newTower()
	if slices.Equal(twin.stats.Data, stats) {
		t.Fatal("nothing was learned of the batches")
	}
	if err := Load(path, &twin.params, &twin.stats); err != nil {
		t.Fatal(err)
	}
	if again := twin.forward(&tape, ids).BatchMajor(3); !slices.Equal(again.Data, all.Data) {
		t.Error("the network differs after Save and Load")
	}
	if tw.stats.Grad != nil {
		t.Error("statistics have a gradient")
	}
}

func TestTowerSameBytesForAnyThreads(t *testing.T) {
	defer runtime.GOMAXPROCS(runtime.GOMAXPROCS(0))
	ids := classes(9 * 1200)
	var want []float32
	for _, threads := range []int{1, 2, 4} {
		runtime.GOMAXPROCS(threads)
		tw := newTower()
		var tape tensor.Tape
		tw.step(&tape, ids, 0)
		got := slices.Concat(tw.params.Grad, tw.stats.Data)
		if want == nil {
			want = got
		}
		if !slices.Equal(got, want) {
			t.Errorf("%d threads give other bytes than 1", threads)
		}
	}
}

func TestTowerAllocatesNothing(t *testing.T) {
	tw, ids := newTower(), classes(9*50)
	var tape tensor.Tape
	if n := testing.AllocsPerRun(10, func() { tw.step(&tape, ids, 0) }); n != 0 {
		t.Errorf("%v allocations in a step", n)
	}
}

// A norm over channels goes over pixels as over rows.
func TestNormsOfPictures(t *testing.T) {
	const n, pixels, channels = 3, 6, 5
	var p, stats tensor.Params
	layers := map[string]Layer{"layer norm": NewLayerNorm(&p, "l", channels), "batch norm": NewBatchNorm(&p, &stats, "b", channels)}
	p.Init(rand.New(rand.NewPCG(1, 2)))
	stats.Init(rand.New(rand.NewPCG(1, 2)))
	for name, layer := range layers {
		var tape tensor.Tape
		tape.Train(1, 0)
		x := Normal(tape.Constant(n, pixels*channels), 1, 0)
		y := layer.Forward(x)
		apart := layer.Forward(tape.Input(x.Data, n*pixels, channels))
		if y.Rows != n || y.Cols != x.Cols || !slices.Equal(y.Data, apart.Data) {
			t.Errorf("%s of pictures, %v, is not that of pixels", name, y)
		}
		var sum, squares float64
		for _, v := range y.Data {
			sum, squares = sum+float64(v), squares+float64(v)*float64(v)
		}
		if m := sum / float64(len(y.Data)); math.Abs(m) > 1e-5 {
			t.Errorf("%s: mean is %g", name, m)
		}
		if v := squares / float64(len(y.Data)); math.Abs(v-1) > 1e-3 {
			t.Errorf("%s: variance is %g", name, v)
		}
	}
}

func TestGRULayer(t *testing.T) {
	const batch, steps, in, size = 3, 4, 2, 5
	var p tensor.Params
	g := NewGRU(&p, "gru", in, size)
	p.Init(rand.New(rand.NewPCG(1, 2)))
	copy(g.Bias.Data, []float32{0.1, -0.2, 0.3})
	copy(g.StateBias.Data[2*size:], []float32{0.5, -0.5, 0.25})
	var tape tensor.Tape
	x := Normal(tape.Constant(batch*steps, in), 1, 0)
	h0 := Normal(tape.Constant(batch, size), 2, 0)
	lengths := []int{4, 2, 0}
	all := g.Forward(x, h0, Mask(tape.Constant(batch*steps, 1), lengths))

	// The same from the operations that it is made of.
	sigma := func(a, b *tensor.Tensor) *tensor.Tensor { return a.Add(b).Sigmoid() }
	h := h0
	for s := range steps {
		xs := x.Slice(s*batch, (s+1)*batch)
		gx, gh := xs.Dense(g.Weight, g.Bias, tensor.Linear), h.Dense(g.StateWeight, g.StateBias, tensor.Linear)
		r := sigma(gx.Columns(0, size), gh.Columns(0, size))
		z := sigma(gx.Columns(size, 2*size), gh.Columns(size, 2*size))
		n := gx.Columns(2*size, 3*size).Add(r.Mul(gh.Columns(2*size, 3*size))).Tanh()
		next := n.Add(z.Mul(h.Sub(n)))
		step := g.Step(xs, h)
		for i := range next.Data {
			if math.Abs(float64(step.Data[i]-next.Data[i])) > 1e-6 {
				t.Fatalf("step %d: state %d is %g, want %g", s, i, step.Data[i], next.Data[i])
			}
		}
		for b, length := range lengths {
			want := next.Data[b*size : (b+1)*size]
			if s >= length {
				want = h.Data[b*size : (b+1)*size]
				copy(next.Data[b*size:], want)
			}
			for j, v := range all.Data[(s*batch+b)*size : (s*batch+b+1)*size] {
				if math.Abs(float64(v-want[j])) > 1e-5 {
					t.Fatalf("sequence %d, step %d: %g, want %g", b, s, v, want[j])
				}
			}
		}
		h = next
	}
}

func TestFuncResidualAndDropout(t *testing.T) {
	var tape tensor.Tape
	tape.Train(1, 0)
	x := tape.Full(20, 20, 2)
	y := Residual{Func((*tensor.Tensor).Square)}.Forward(x)
	if want := tape.Full(20, 20, 6); !slices.Equal(y.Data, want.Data) {
		t.Errorf("2 + 2² is %g", y.Data[0])
	}
	y = Dropout{0.5}.Forward(x)
	if z, d := slices.Index(y.Data, 0), slices.Index(y.Data, 4); z < 0 || d < 0 {
		t.Errorf("dropout makes %v of 2", y.Data)
	}
}

func TestLayerMistakesPanic(t *testing.T) {
	var tape tensor.Tape
	var p, stats tensor.Params
	x := tape.Full(2, 3, 1)
	for want, mistake := range map[string]func(){
		"nn: residual: 2×3 and 2×1":                           func() { Residual{NewDense(&p, "d", 3, 1, tensor.Linear)}.Forward(x) },
		"nn: layer norm: of 2 for 2×3":                        func() { NewLayerNorm(&p, "l", 2).Forward(x) },
		"nn: batch norm: of 2 for 2×3":                        func() { NewBatchNorm(&p, &stats, "b", 2).Forward(x) },
		"nn: mask: 2×3 for 2 sequences":                       func() { Mask(x, []int{1, 2}) },
		"nn: mask: 3×1 for 2 sequences":                       func() { Mask(tape.Full(3, 1, 0), []int{1, 2}) },
		"nn: mask: sequence 1 has 3 steps, want from 0 to 2":  func() { Mask(tape.Full(4, 1, 0), []int{2, 3}) },
		"nn: mask: sequence 0 has -1 steps, want from 0 to 2": func() { Mask(tape.Full(4, 1, 0), []int{-1, 1}) },
		"nn: mask: 3×1 for 0 sequences":                       func() { Mask(tape.Full(3, 1, 0), nil) },
		"tensor: embed: 4 in row 0, want a cl":                func() { NewEmbedding(&p, "e", 4, 2).Forward(tape.Full(1, 1, 4)) },
	} {
		func() {
			defer func() {
				if got, _ := recover().(string); !strings.HasPrefix(got, want) {
					t.Errorf("panic says %q, want %q", got, want)
				}
			}()
			mistake()
		}()
	}
}
