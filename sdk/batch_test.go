package sdk

import (
	"slices"
	"testing"
)

func TestBatch(t *testing.T) {
	b := MakeBatch(3, 2, 2)
	if b.Len() != 3 || b.RowSize() != 4 || len(b.Data) != 12 {
		t.Fatalf("%d rows of %d in %d", b.Len(), b.RowSize(), len(b.Data))
	}
	for i := range b.Data {
		b.Data[i] = float32(i)
	}
	b.Conditions = map[string][]float32{"label": {7, 8, 9}}
	s := b.Slice(1, 3)
	if s.Len() != 2 || !slices.Equal(s.Row(0), []float32{4, 5, 6, 7}) || !slices.Equal(s.Conditions["label"], []float32{8, 9}) {
		t.Errorf("rows 1 to 3 are %+v", s)
	}
	s.Row(0)[0] = -1
	if b.Data[4] != -1 {
		t.Error("a slice does not share memory")
	}
	// What is appended to a part must not land in the rest.
	first := b.Slice(0, 1)
	_ = append(first.Data, 99)
	_ = append(first.Conditions["label"], 99)
	_ = append(b.Row(0), 99)
	if b.Data[4] != -1 || b.Conditions["label"][1] != 8 {
		t.Error("appending to a slice overwrites the next row")
	}
	if e := b.Slice(2, 2); e.Len() != 0 {
		t.Errorf("an empty slice has %d rows", e.Len())
	}
	if (Batch{}).Len() != 0 || (Batch{}).RowSize() != 0 {
		t.Error("the zero batch has rows")
	}
}

func TestInMemory(t *testing.T) {
	space := Space{
		Modality: "toy", Shape: []int{2}, Segments: []Segment{{Kind: Real, Len: 2}},
		Conditions: []Condition{{Name: "label", Values: []string{"a", "b", "c"}}},
	}
	rows := InMemory(space, Batch{Shape: []int{2}, Data: []float32{0, 1, 10, 11, 20, 21}, Conditions: map[string][]float32{"label": {0, 1, 2}}})
	if rows.Len() != 3 || rows.Space().Modality != "toy" {
		t.Fatalf("%d rows of %v", rows.Len(), rows.Space())
	}
	got := rows.Gather(Batch{}, []int{2, 0, 2, 1})
	if !slices.Equal(got.Data, []float32{20, 21, 0, 1, 20, 21, 10, 11}) || !slices.Equal(got.Conditions["label"], []float32{2, 0, 2, 1}) {
		t.Errorf("gathered %+v", got)
	}
	before := &got.Data[0]
	got.Conditions["of another dataset"] = []float32{1}
	got = rows.Gather(got, []int{1})
	if !slices.Equal(got.Data, []float32{10, 11}) || !slices.Equal(got.Conditions["label"], []float32{1}) || len(got.Conditions) != 1 {
		t.Errorf("gathered %+v", got)
	}
	if &got.Data[0] != before {
		t.Error("the memory of dst is not used again")
	}
	if n := testing.AllocsPerRun(10, func() { got = rows.Gather(got, []int{0, 1}) }); n != 0 {
		t.Errorf("gathering into a batch allocates %g times", n)
	}
}
