package wire

import (
	"fmt"

	"github.com/genhost/genhost/sdk"
	"google.golang.org/protobuf/proto"
)

// What may pass, in bytes.
const (
	chunkSize  = 1 << 20            // of a chunk's data
	maxMessage = chunkSize + 64<<10 // that we send
	maxReceive = 16 << 20           // that gRPC takes from others
	maxList    = 256 << 20          // of names, of paths, of a picture
	maxError   = 16 << 10           // of an error's text, and of each hint
	maxWaiting = 64 << 20           // of a training's events, before it waits too

	maxBatch int64 = 2 << 30 // of rows and conditions together
)

// checkSize refuses to send what is too long. Rows and lists are sent in
// parts; this is for what is one piece, such as a Space.
func checkSize(message any) error {
	m, ok := message.(proto.Message)
	if !ok {
		return nil
	}
	if n := proto.Size(m); n > maxMessage {
		return fmt.Errorf("%w: %s takes %d bytes: want at most %d",
			sdk.ErrBadInput, m.ProtoReflect().Descriptor().Name(), n, maxMessage)
	}
	return nil
}
