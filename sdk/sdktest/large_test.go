package sdktest

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// plenty is a grid whose stripes are there over and over, batch after batch or
// all at once. It says how many rows it gave at most.
type plenty struct {
	*grid
	rows  int // there are
	says  int // Inspect says
	whole bool
	spoil func(row int, b sdk.Batch)
	most  *int
}

func (p plenty) Inspect(ctx context.Context, src sdk.Source) (sdk.Info, error) {
	info, err := p.grid.Inspect(ctx, src)
	if src.Dataset != "" {
		info.Rows = p.says
	}
	return info, err
}

func (p plenty) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	space, some, _, err := p.open(src)
	if err != nil || src.Dataset == "" {
		return p.grid.Read(ctx, src, w)
	}
	if err := w.Begin(space, sdk.Bytes); err != nil {
		return err
	}
	size := p.Batch
	if p.whole {
		size = p.rows
	}
	for at := 0; at < p.rows; at += size {
		if err := ctx.Err(); err != nil {
			return err
		}
		n := min(size, p.rows-at)
		b := sdk.MakeBatch(n, space.Shape...)
		b.Conditions = map[string][]float32{"label": make([]float32, n)}
		for i := range n {
			copy(b.Row(i), some.Row((at+i)%some.Len()))
			b.Conditions["label"][i] = some.Conditions["label"][(at+i)%some.Len()]
		}
		if p.spoil != nil {
			p.spoil(at, b)
		}
		*p.most = max(*p.most, at+n)
		if err := w.Write(b); err != nil {
			return err
		}
	}
	return nil
}

// Of large sets the first rows are read, whatever batches they come in, and of
// small ones all.
func TestLargeSets(t *testing.T) {
	const source = "reads stripes as it says"
	for _, c := range []struct {
		how        string
		rows, says int
		whole      bool
		spoil      func(int, sdk.Batch)
		fails      []string
		want       string
		most       int
	}{
		{how: "large", rows: 50_000, says: 50_000, most: mostRows + 100},
		{how: "large, at once", rows: 3000, says: 3000, whole: true, most: 3000},
		{how: "as many as are read", rows: mostRows, says: mostRows, most: mostRows},
		{how: "one too many", rows: mostRows + 1, says: mostRows, fails: []string{source}, want: "read gives more", most: mostRows + 1},
		{how: "one too few", rows: mostRows - 1, says: mostRows, fails: []string{source}, want: "says 2000 rows, read gives 1999", most: mostRows},
		{how: "far fewer", rows: 10, says: 50_000, fails: []string{source}, want: "says 50000 rows, read gives 10", most: 10},
		{how: "a bad row among the first", rows: 50_000, says: 50_000, most: 50_000, want: "after 1900 rows", fails: []string{source},
			spoil: func(at int, b sdk.Batch) {
				if at == mostRows-100 {
					b.Data[0] = 2
				}
			}},
	} {
		t.Run(c.how, func(t *testing.T) {
			most := 0
			p := warped(func(g *grid) plenty {
				g.Batch = 100
				return plenty{g, c.rows, c.says, c.whole, c.spoil, &most}
			})
			got, says := failures(t, p)
			if c.spoil != nil { // and all that needs a sample
				got = slices.DeleteFunc(got, func(name string) bool { return name != source })
			}
			if !slices.Equal(got, c.fails) || !strings.Contains(strings.Join(says, "\n"), c.want) {
				t.Errorf("got %q, want %q and %q", says, c.fails, c.want)
			}
			if most > c.most {
				t.Errorf("read %d rows, want at most %d", most, c.most)
			}
		})
	}
}

// A reader that does not hear that its writer has enough is told.
func TestEnoughIsNotHeard(t *testing.T) {
	most := 0
	p := warped(func(g *grid) deafPlenty { return deafPlenty{plenty{grid: g, rows: 2100, says: 2100, most: &most}} })
	got, says := failures(t, p)
	want := fmt.Sprintf("the writer says %q after 2000 rows", errEnough)
	if !slices.Contains(got, "reads stripes as it says") || !strings.Contains(strings.Join(says, "\n"), want) {
		t.Errorf("got %q, want %q", says, want)
	}
}

type deafPlenty struct{ plenty }

func (p deafPlenty) Read(ctx context.Context, src sdk.Source, w sdk.RowWriter) error {
	return p.plenty.Read(ctx, src, refusing{w})
}

// Equal rows have equal digests, however they came in batches.
func TestDigest(t *testing.T) {
	rows := stripes().rows
	digest := func(size int, spoil func(sdk.Batch)) string {
		c := newCollector()
		if err := c.Begin(stripes().space, sdk.Floats); err != nil {
			t.Fatal(err)
		}
		for i := 0; i < rows.Len(); i += size {
			b := rows.Slice(i, min(i+size, rows.Len()))
			b.Data = slices.Clone(b.Data)
			b.Conditions = map[string][]float32{"label": slices.Clone(b.Conditions["label"])}
			spoil(b)
			if err := c.Write(b); err != nil {
				t.Fatal(err)
			}
		}
		return c.digest()
	}
	same := func(sdk.Batch) {}
	want := digest(64, same)
	for _, size := range []int{1, 7, 63} {
		if digest(size, same) != want {
			t.Errorf("in batches of %d the digest is another", size)
		}
	}
	if digest(64, func(b sdk.Batch) { b.Data[5] = 0.5 }) == want || digest(64, func(b sdk.Batch) { b.Conditions["label"][5] = 0 }) == want {
		t.Error("other rows have the same digest")
	}
}
