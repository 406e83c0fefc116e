package main

import (
	"errors"
	"path/filepath"
	"reflect"
	"strings"
	"testing"

	"github.com/genhost/genhost/sdk"
)

// TestKnownSpace reads texts as rows of what a model has learned from.
func TestKnownSpace(t *testing.T) {
	dir := files(t, map[string]string{
		"learned/b/1.txt": "abcab\nba\n", "learned/c/1.txt": "cab\n", "other/c/1.txt": "bbbbbbbbbb\nab\n", "plain.txt": "cab\n",
		"strange.txt": "ab\nxa\n", "unlabelled/x/1.txt": "a",
	})
	at := func(name string) sdk.Source { return sdk.Source{Path: filepath.Join(dir, name)} }
	known := func(name string, s *sdk.Space) sdk.Source {
		src := at(name)
		src.Space = s
		return src
	}
	for _, alphabet := range []string{"chars", "bpe"} {
		s := set(func(s *settings) { s.Alphabet, s.Length = alphabet, 8 })
		_, info := read(t, s, at("learned"))
		other, otherInfo := read(t, s, known("other", &info.Space))
		if !reflect.DeepEqual(otherInfo.Space, info.Space) {
			t.Errorf("the space is %+v, want %+v", otherInfo.Space, info.Space)
		}
		equal(t, "labels", other.labels, []string{"c", "c"})
		equal(t, "texts", other.texts, []string{"bbbbbbbb", "ab"})
		plain, plainInfo := read(t, s, known("plain.txt", &info.Space))
		equal(t, "texts without labels", plain.texts, []string{"cab"})
		if plainInfo.Space.Conditions != nil {
			t.Errorf("%v without labels", plainInfo.Space.Conditions)
		}
		if alphabet == "bpe" && (plain.batch.Data[0] != 5 || other.batch.Row(1)[0] != 4) {
			t.Errorf("cab is %v, and ab %v", plain.batch.Data, other.batch.Row(1))
		}
		_, bare := read(t, s, at("plain.txt"))
		if _, info := read(t, s, known("learned", &bare.Space)); info.Space.Conditions != nil {
			t.Error("labels of a space that has none")
		}
		for name, want := range map[string]string{
			"strange.txt": "'x' is not in the alphabet", "unlabelled": `the label "x" is not one that the model knows`,
		} {
			_, err := modality(t, s).Inspect(t.Context(), known(name, &info.Space))
			if !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), want) || !strings.Contains(err.Error(), name) || len(sdk.Hints(err)) == 0 {
				t.Errorf("%s: got %v", name, err)
			}
		}
	}
}

// TestKnownAlphabetReplaces has a character for those that are strange.
func TestKnownAlphabetReplaces(t *testing.T) {
	_, info := read(t, set(func(s *settings) { s.Least = 2 }), file(t, "aabbz\n"))
	src := file(t, "axb\n")
	src.Space = &info.Space
	got, _ := read(t, defaults, src)
	equal(t, "texts", got.texts, []string{"a\ufffdb"})
}

// TestKnownWindows are of the length and stride that they were.
func TestKnownWindows(t *testing.T) {
	_, info := read(t, set(func(s *settings) { s.Mode, s.Length = "windows", 6 }), file(t, "abcdef\n"))
	src := file(t, "fed\ncba\n")
	src.Space = &info.Space
	got, _ := read(t, defaults, src)
	equal(t, "windows", got.texts, []string{"fed\ncb", "d\ncba\n"})
}

func TestBadSpaces(t *testing.T) {
	with := func(tokens, merges string, of int) *sdk.Space {
		s := spaceOf(4, "lines", make([]string, of-1)...)
		s.Meta["alphabet"], s.Meta["merges"] = tokens, merges
		return &s
	}
	for what, s := range map[string]*sdk.Space{
		"no text":               {Modality: "image", Shape: []int{1}, Segments: []sdk.Segment{{Kind: sdk.Unit, Len: 1}}},
		"merges are no JSON":    with(`["","a"]`, `[`, 2),
		"more merges than room": with(`["","a"]`, `[[1,1],[1,1],[1,1]]`, 2),
		"two characters":        with(`["","ab"]`, `[]`, 2),
		"no character":          with(`["",""]`, `[]`, 2),
		"merges of what is not": with(`["","a","aa"]`, `[[1,2]]`, 3),
		"merges of the end":     with(`["","a","a"]`, `[[0,1]]`, 3),
		"another token":         with(`["","a","ab"]`, `[[1,1]]`, 3),
		"negative":              with(`["","a","aa"]`, `[[-1,1]]`, 3),
	} {
		src := file(t, "a\n")
		src.Space = s
		if _, err := modality(t, defaults).Inspect(t.Context(), src); !errors.Is(err, sdk.ErrBadInput) || !strings.Contains(err.Error(), src.Path) {
			t.Errorf("%s: got %v", what, err)
		}
	}
}
