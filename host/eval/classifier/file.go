package classifier

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"math"

	"github.com/genhost/genhost/sdk"
	"github.com/genhost/genhost/sdk/nn"
)

// Digest returns the SHA-256 of the weights, in hexadecimal: float32 after
// float32, little-endian, in the order of the layers.
func (c *Classifier) Digest() string {
	b := make([]byte, 0, 4*len(c.params.Data))
	for _, v := range c.params.Data {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// Save writes the weights to a new safetensors file.
func (c *Classifier) Save(path string) error {
	if err := nn.Save(path, &c.params); err != nil {
		return fmt.Errorf("classifier: %w", err)
	}
	return nil
}

// Load reads a classifier, for a condition of rows of a space, that Save wrote.
// The error wraps [nn.ErrMismatch] where it is one for others.
func Load(path string, space sdk.Space, condition string) (*Classifier, error) {
	c, err := untrained(space, condition)
	if err != nil {
		return nil, err
	}
	if err := nn.Load(path, &c.params); err != nil {
		return nil, fmt.Errorf("classifier: %w", err)
	}
	return c, nil
}
