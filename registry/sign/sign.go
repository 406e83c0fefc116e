// Package sign verifies and makes signatures of minisign, and judges them.
//
// A key in models.toml vouches for plugins of certain names, and may end:
//
//	verify = "warn"             # off, warn or require; the default is warn
//
//	[keys.acme]
//	key     = "RWQf6LRCGA9i53mlYecO4IzT51TGPpvWucNSCh1CBM0QTaLn73Y7GFO3"
//	plugins = ["acme-*"]        # default: all
//	expires = 2027-12-31        # default: never
package sign

import (
	"errors"
	"fmt"
	"io"
	"path"
	"slices"
	"strings"
	"time"

	"aead.dev/minisign"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

// Suffix is what the name of a signature's file adds to that of the file that
// is signed.
const Suffix = ".minisig"

// A Policy says what becomes of what nobody vouches for.
type Policy string

const (
	Off     Policy = "off"     // signatures are not looked at
	Warn    Policy = "warn"    // it is told; the default
	Require Policy = "require" // it is refused
)

// A Key is one that the user trusts.
type Key struct {
	Name    string    // in models.toml
	Text    string    // as minisign writes it
	Plugins []string  // patterns of names that it vouches for; none: all
	Expires time.Time // the end of its last day; zero: never

	public minisign.PublicKey
}

// ParseKey reads the text of a public key, which may have minisign's comment
// before it.
func ParseKey(text string) (Key, error) {
	var k Key
	if err := k.public.UnmarshalText([]byte(strings.TrimSpace(text))); err != nil {
		return Key{}, sdk.Hint(fault.Mark(fault.ErrConfig, errors.New("is no public key of minisign")), "it begins with RW, and is the last line of minisign.pub")
	}
	k.Text = k.public.String()
	return k, nil
}

// A Verdict is what is known of who signed something.
type Verdict struct {
	Signer string // the name of the key that vouches for it, or ""
	Key    string // that key's text, or ""

	Problem string // why nobody vouches for it: "it is not signed"
	Advice  string // what to do about that
	Forged  bool   // a key that should vouch for it says that it is another's
}

// Signed reports whether somebody vouches for it.
func (v Verdict) Signed() bool { return v.Signer != "" }

func (v Verdict) String() string {
	if v.Signed() {
		return fmt.Sprintf("signed by %s (key %s...)", v.Signer, v.Key[:12])
	}
	return v.Problem
}

// Unsigned is the verdict on what has no signature.
func Unsigned() Verdict {
	return Verdict{Problem: "it is not signed", Advice: "ask its publisher for a signature by minisign"}
}

// Unreadable is the verdict on what may have a signature that could not be had.
func Unreadable(err error) Verdict {
	return Verdict{Problem: fmt.Sprintf("its signature cannot be had: %v", err), Advice: "try again later"}
}

// Verify looks for one among signatures by which one of the keys vouches for a
// plugin, at a time: of several the one of the first key. Message is what is
// signed.
func Verify(keys []Key, plugin string, message io.Reader, signatures [][]byte, now time.Time) (Verdict, error) {
	if len(signatures) == 0 {
		return Unsigned(), nil
	}
	r := minisign.NewReader(message)
	content, err := readAll(r, signatures)
	if err != nil {
		return Verdict{}, err
	}
	verdict := Verdict{Problem: "its signature is none of minisign", Advice: "ask its publisher for a good one"}
	for _, text := range inOrder(signatures, keys) {
		s, i, ok := signer(text, keys)
		if !ok {
			continue
		}
		if i < 0 {
			verdict = Verdict{
				Problem: fmt.Sprintf("it is signed with key %016X, which models.toml does not know", s.KeyID),
				Advice:  "if you trust its publisher, add [keys.NAME] with their key to models.toml",
			}
			continue
		}
		k := keys[i]
		good := r.Verify(k.public, text)
		if s.Algorithm == minisign.EdDSA {
			good = minisign.Verify(k.public, content, text)
		}
		if !good {
			return Verdict{Problem: fmt.Sprintf("the signature of %s is not for it", k.Name), Advice: "do not use it: it was altered, or has another's signature", Forged: true}, nil
		}
		if verdict = k.vouches(plugin, now); verdict.Signed() {
			return verdict, nil
		}
	}
	return verdict, nil
}

// signer reads a signature, and finds the key that made it: -1 is none of them.
func signer(text []byte, keys []Key) (s minisign.Signature, key int, ok bool) {
	if s.UnmarshalText(text) != nil {
		return s, -1, false
	}
	return s, slices.IndexFunc(keys, func(k Key) bool { return k.public.ID() == s.KeyID }), true
}

// inOrder sorts signatures by the keys that made them. Those that nobody knows
// come first: what is told last is what is wrong with one that is known.
func inOrder(signatures [][]byte, keys []Key) [][]byte {
	return slices.SortedStableFunc(slices.Values(signatures), func(a, b []byte) int {
		_, i, _ := signer(a, keys)
		_, j, _ := signer(b, keys)
		return i - j
	})
}

// maxLegacy is how much of a message is kept for signatures of the old kind,
// which are of the message and not of its hash.
const maxLegacy = 1 << 30

// readAll reads the message to its end, and returns it where it is needed.
func readAll(r io.Reader, signatures [][]byte) ([]byte, error) {
	for _, text := range signatures {
		var s minisign.Signature
		if s.UnmarshalText(text) == nil && s.Algorithm == minisign.EdDSA {
			content, err := io.ReadAll(io.LimitReader(r, maxLegacy))
			if err == nil && len(content) == maxLegacy {
				err = errors.New("too large for a signature that is not of its hash")
			}
			return content, err
		}
	}
	_, err := io.Copy(io.Discard, r)
	return nil, err
}

// vouches is the verdict on a plugin that the key has signed.
func (k Key) vouches(plugin string, now time.Time) Verdict {
	if !k.Expires.IsZero() && now.After(k.Expires) {
		return Verdict{
			Problem: fmt.Sprintf("the key of %s, who signed it, expired on %s", k.Name, k.Expires.Format(time.DateOnly)),
			Advice:  "ask its publisher for a signature with their new key",
		}
	}
	if !k.covers(plugin) {
		return Verdict{
			Problem: fmt.Sprintf("%s signed it, whose key is not for a plugin called %s", k.Name, plugin),
			Advice:  fmt.Sprintf("if it should be, add %q to plugins in [keys.%s]", plugin, k.Name),
		}
	}
	return Verdict{Signer: k.Name, Key: k.Text}
}

func (k Key) covers(plugin string) bool {
	return len(k.Plugins) == 0 || slices.ContainsFunc(k.Plugins, func(pattern string) bool {
		ok, _ := path.Match(pattern, plugin)
		return ok
	})
}

// Judge says what a policy makes of a verdict: a warning, or an error, which is
// a [fault.ErrVerify].
func (p Policy) Judge(v Verdict) (warning string, err error) {
	switch {
	case p == Off || v.Signed():
		return "", nil
	case p == Require || v.Forged:
		return "", sdk.Hint(fault.Mark(fault.ErrVerify, errors.New(v.Problem)), v.Advice)
	}
	return v.Problem, nil
}

// Trusts reports whether the keys still vouch for a plugin that was found to
// be signed, with the text of a key, when it was installed.
func Trusts(keys []Key, plugin, key string, now time.Time) Verdict {
	if key == "" {
		return Unsigned()
	}
	for _, k := range keys {
		if k.Text == key {
			return k.vouches(plugin, now)
		}
	}
	return Verdict{Problem: "models.toml does not know the key it was signed with any more", Advice: "install it again, or add the key"}
}
