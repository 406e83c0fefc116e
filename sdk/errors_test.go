package sdk

import (
	"errors"
	"fmt"
	"io/fs"
	"slices"
	"testing"
)

func TestHints(t *testing.T) {
	inner := Hint(fs.ErrNotExist, "look again")
	wrapped := Hint(fmt.Errorf("read it: %w", inner), "pass a folder")
	for _, c := range []struct {
		err  error
		want []string
	}{
		{nil, nil},
		{fs.ErrNotExist, nil},
		{inner, []string{"look again"}},
		{wrapped, []string{"pass a folder", "look again"}},
		{errors.Join(fs.ErrInvalid, wrapped, Hint(fs.ErrClosed, "open it")), []string{"pass a folder", "look again", "open it"}},
		{Hint(errors.Join(inner, fs.ErrClosed), "both"), []string{"both", "look again"}},
		{fmt.Errorf("%w and %w", inner, wrapped), []string{"look again", "pass a folder", "look again"}},
		{Hint(fs.ErrClosed, ""), nil},
	} {
		if got := Hints(c.err); !slices.Equal(got, c.want) {
			t.Errorf("%v: got %q, want %q", c.err, got, c.want)
		}
	}
	if wrapped.Error() != "read it: file does not exist" || !errors.Is(wrapped, fs.ErrNotExist) {
		t.Errorf("a hint changes the error: %v", wrapped)
	}
	if Hint(nil, "advice") != nil {
		t.Error("a hint made an error of nil")
	}
}

func TestSettingError(t *testing.T) {
	err := fmt.Errorf("vae: %w", &SettingError{"latent", "is 0: want 1 to 4096"})
	var bad *SettingError
	if !errors.Is(err, ErrBadSetting) || !errors.As(err, &bad) || err.Error() != "vae: setting latent is 0: want 1 to 4096" {
		t.Errorf("got %v", err)
	}
}

func TestSuggest(t *testing.T) {
	known := []string{"latent", "hidden", "rate"}
	const all = "there is latent, hidden, rate"
	for name, want := range map[string]string{
		"latnet":  "did you mean latent? " + all,
		"LATENT":  "did you mean latent? " + all,
		"rat":     "did you mean rate? " + all,
		"hiddens": "did you mean hidden? " + all,
		"dropout": all,
		"":        all,
	} {
		if got := Suggest(name, known); got != want {
			t.Errorf("%q: got %q, want %q", name, got, want)
		}
	}
	if got := Suggest("x", nil); got != "there are none" {
		t.Errorf("got %q", got)
	}
}

func TestDistance(t *testing.T) {
	for _, c := range []struct {
		a, b string
		want int
	}{
		{"", "", 0}, {"", "abc", 3}, {"abc", "abc", 0}, {"abc", "acb", 1}, {"abc", "ab", 1},
		{"abc", "xabc", 1}, {"kitten", "sitting", 3}, {"latnet", "latent", 1}, {"ca", "abc", 3},
	} {
		if got := distance(c.a, c.b); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.a, c.b, got, c.want)
		}
		if got := distance(c.b, c.a); got != c.want {
			t.Errorf("distance(%q, %q) = %d, want %d", c.b, c.a, got, c.want)
		}
	}
}
