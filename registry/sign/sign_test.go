package sign

import (
	"errors"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"aead.dev/minisign"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

// secret makes a key.
func secret(t *testing.T, name string) (Secret, Key) {
	t.Helper()
	_, private, err := minisign.GenerateKey(nil)
	if err != nil {
		t.Fatal(err)
	}
	s := Secret{private}
	k, err := ParseKey(s.Public())
	if err != nil {
		t.Fatal(err)
	}
	k.Name = name
	return s, k
}

func TestVerify(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	s, acme := secret(t, "acme")
	foreign, _ := secret(t, "foreign")
	sign := func(s Secret, message string) [][]byte {
		text, err := s.Sign(strings.NewReader(message), "a comment")
		if err != nil {
			t.Fatal(err)
		}
		return [][]byte{text}
	}
	old := minisign.Sign(s.private, []byte("the package"))
	scoped, expired, current := acme, acme, acme
	scoped.Plugins = []string{"acme-*"}
	expired.Expires = now.Add(-time.Hour)
	current.Plugins, current.Expires = []string{"other", "to?"}, now.Add(time.Hour)
	for name, test := range map[string]struct {
		key        Key
		signatures [][]byte
		want       string // of its problem; "" for none
		forged     bool
	}{
		"good":            {acme, sign(s, "the package"), "", false},
		"good, with ends": {current, sign(s, "the package"), "", false},
		"the old kind":    {acme, [][]byte{old}, "", false},
		"unsigned":        {acme, nil, "it is not signed", false},
		"foreign":         {acme, sign(foreign, "the package"), "models.toml does not know", false},
		"one of two":      {acme, append(sign(foreign, "the package"), sign(s, "the package")...), "", false},
		"of another":      {acme, sign(s, "the other package"), "the signature of acme is not for it", true},
		"garbage":         {acme, [][]byte{[]byte("x")}, "none of minisign", false},
		"out of scope":    {scoped, sign(s, "the package"), "not for a plugin called toy", false},
		"expired":         {expired, sign(s, "the package"), "expired on 2026-05-01", false},
	} {
		v, err := Verify([]Key{test.key}, "toy", strings.NewReader("the package"), test.signatures, now)
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if v.Signed() != (test.want == "") || !strings.Contains(v.Problem, test.want) || v.Forged != test.forged {
			t.Errorf("%s: got %+v", name, v)
		}
		warning, err := Warn.Judge(v)
		if test.forged != (err != nil) || !test.forged && (warning == "") != v.Signed() {
			t.Errorf("%s: under warn: %q, %v", name, warning, err)
		}
		if _, err := Require.Judge(v); v.Signed() != (err == nil) || err != nil && (!errors.Is(err, fault.ErrVerify) || len(sdk.Hints(err)) != 1) {
			t.Errorf("%s: under require: %v", name, err)
		}
		if warning, err := Off.Judge(v); warning != "" || err != nil {
			t.Errorf("%s: under off: %q, %v", name, warning, err)
		}
	}
	if w, err := Warn.Judge(Unreadable(errors.New("403"))); err != nil || !strings.Contains(w, "403") {
		t.Errorf("a signature that cannot be had: %q, %v", w, err)
	}
}

// What was signed by a comment is part of the signature.
func TestComment(t *testing.T) {
	s, acme := secret(t, "acme")
	text, err := s.Sign(strings.NewReader("the package"), "toy 1.0.0")
	if err != nil {
		t.Fatal(err)
	}
	bad := []byte(strings.Replace(string(text), "toy 1.0.0", "toy 2.0.0", 1))
	if v, err := Verify([]Key{acme}, "toy", strings.NewReader("the package"), [][]byte{bad}, time.Now()); err != nil || v.Signed() || !v.Forged {
		t.Errorf("got %+v, %v", v, err)
	}
}

func TestTrusts(t *testing.T) {
	_, acme := secret(t, "acme")
	_, other := secret(t, "other")
	now := time.Now()
	if v := Trusts([]Key{other, acme}, "toy", acme.Text, now); v.Signer != "acme" {
		t.Errorf("got %+v", v)
	}
	if v := Trusts([]Key{other}, "toy", acme.Text, now); v.Signed() {
		t.Errorf("without the key: %+v", v)
	}
	acme.Expires = now.Add(-time.Minute)
	if v := Trusts([]Key{acme}, "toy", acme.Text, now); v.Signed() {
		t.Errorf("expired: %+v", v)
	}
	if v := Trusts([]Key{acme}, "toy", "", now); v.Signed() {
		t.Errorf("unsigned: %+v", v)
	}
}

// TestMinisign has Debian's minisign sign what we verify, and verify what we
// sign.
func TestMinisign(t *testing.T) {
	tool, err := exec.LookPath("minisign")
	if err != nil && os.Getenv("CI") != "" {
		t.Fatal(err)
	}
	if err != nil {
		t.Skip(err)
	}
	dir := t.TempDir()
	file := func(name string) string { return filepath.Join(dir, name) }
	run := func(args ...string) error {
		out, err := exec.Command(tool, args...).CombinedOutput()
		if err != nil {
			return errors.New(string(out))
		}
		return nil
	}
	if err := run("-G", "-W", "-p", file("pub"), "-s", file("sec")); err != nil {
		t.Fatal(err)
	}
	text, err := os.ReadFile(file("pub"))
	if err != nil {
		t.Fatal(err)
	}
	key, err := ParseKey(string(text))
	if err != nil {
		t.Fatal(err)
	}
	key.Name = "debian"
	message := strings.Repeat("a package ", 100000)
	if err := os.WriteFile(file("package"), []byte(message), 0o666); err != nil {
		t.Fatal(err)
	}
	for _, kind := range []string{"-H", "-l"} { // of the hash, and of the message
		if err := run("-S", kind, "-s", file("sec"), "-m", file("package"), "-x", file("theirs")); err != nil {
			t.Fatal(err)
		}
		theirs, err := os.ReadFile(file("theirs"))
		if err != nil {
			t.Fatal(err)
		}
		if v, err := Verify([]Key{key}, "toy", strings.NewReader(message), [][]byte{theirs}, time.Now()); err != nil || !v.Signed() {
			t.Errorf("%s: minisign's signature: %+v, %v", kind, v, err)
		}
		if v, err := Verify([]Key{key}, "toy", strings.NewReader(message+"!"), [][]byte{theirs}, time.Now()); err != nil || v.Signed() {
			t.Errorf("%s: minisign's signature of another: %+v, %v", kind, v, err)
		}
	}
	ours, err := ReadSecret(file("sec"), func() (string, error) { return "", errors.New("it has no password") })
	if err != nil || ours.Public() != key.Text {
		t.Fatalf("minisign's secret key: %v", err)
	}
	name, err := ours.SignFile(file("package"))
	if err != nil {
		t.Fatal(err)
	}
	if err := run("-V", "-p", file("pub"), "-m", file("package"), "-x", name); err != nil {
		t.Errorf("minisign on our signature: %v", err)
	}
	if err := os.WriteFile(file("package"), []byte(message+"!"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := run("-V", "-p", file("pub"), "-m", file("package"), "-x", name); err == nil {
		t.Error("minisign takes our signature for that of another file")
	}
}

// A key with the password "sesame". Its password is slow to try, as it should be:
// the test does so once.
const encrypted = `untrusted comment: minisign encrypted secret key
RWRTY0Iyujzys3tC9mOwRXg0/h1ipEedkGCWQpbkQEZV3rwyj/EAAAACAAAAAAAAAEAAAAAA4/tca+dLRy3XUkAAYVljsJnuR0ID1IFK47TsLaexlXN+Bt7el1RQuCV5WCNkUk5q4EAq+uvk9CrZS1HLcreNYo2kzYL2QYdGJ9oPyH11/iLoTvf8sSrv6ro3Qi50ae5L4WqeW7jCw8k=
`

func TestReadSecret(t *testing.T) {
	file := filepath.Join(t.TempDir(), "sec")
	if err := os.WriteFile(file, []byte(encrypted), 0o600); err != nil {
		t.Fatal(err)
	}
	s, err := ReadSecret(file, func() (string, error) { return "sesame", nil })
	if err != nil || s.Public() != "RWTzFFPjb5aW48B8EpPAnlNi4j93RpKYCr9fVoBhIDpfiSeCNzYOtFEI" {
		t.Errorf("got %v", err)
	}
	if _, err := ReadSecret(file, func() (string, error) { return "", fs.ErrClosed }); !errors.Is(err, fs.ErrClosed) {
		t.Errorf("nobody to ask: %v", err)
	}
	if err := os.WriteFile(file, []byte("no key"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := ReadSecret(file, nil); !errors.Is(err, fault.ErrConfig) {
		t.Errorf("no key at all: %v", err)
	}
	if _, err := ParseKey("RWabc"); !errors.Is(err, fault.ErrConfig) {
		t.Errorf("no public key: %v", err)
	}
}
