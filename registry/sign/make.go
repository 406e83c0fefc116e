package sign

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	"aead.dev/minisign"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/sdk"
)

// ErrPassword means that a secret key is encrypted, and the password is not
// the one.
var ErrPassword = errors.New("wrong password")

// A Secret is a key to sign with.
type Secret struct{ private minisign.PrivateKey }

// ReadSecret reads a secret key of minisign. Password is asked if it is
// encrypted.
func ReadSecret(file string, password func() (string, error)) (Secret, error) {
	text, err := os.ReadFile(file)
	if err != nil {
		return Secret{}, err
	}
	var s Secret
	if !minisign.IsEncrypted(text) {
		if err := s.private.UnmarshalText(text); err != nil {
			return Secret{}, sdk.Hint(fault.Mark(fault.ErrConfig, fmt.Errorf("%s is no secret key of minisign", file)), "minisign -G makes one")
		}
		return s, nil
	}
	word, err := password()
	if err != nil {
		return Secret{}, err
	}
	if s.private, err = minisign.DecryptKey(word, text); err != nil {
		return Secret{}, fmt.Errorf("%s: %w", file, ErrPassword)
	}
	return s, nil
}

// Public is the text of the public key.
func (s Secret) Public() string { return s.private.Public().(minisign.PublicKey).String() }

// Sign returns the text of a signature of a message. The comment is signed too.
func (s Secret) Sign(message io.Reader, comment string) ([]byte, error) {
	r := minisign.NewReader(message)
	if _, err := io.Copy(io.Discard, r); err != nil {
		return nil, err
	}
	id := s.private.ID()
	return r.SignWithComments(s.private, comment, fmt.Sprintf("signature from minisign secret key %016X", id)), nil
}

// SignFile signs a file: the signature is beside it, and its name is returned.
func (s Secret) SignFile(file string) (string, error) {
	f, err := os.Open(file)
	if err != nil {
		return "", err
	}
	defer f.Close()
	text, err := s.Sign(f, "file:"+filepath.Base(file))
	if err != nil {
		return "", err
	}
	return file + Suffix, os.WriteFile(file+Suffix, text, 0o644)
}
