package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"slices"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/grpc"
)

// A model is an [sdk.Model] in the plugin.
type model struct {
	remote
	can        []sdk.Ability
	conditions []sdk.Condition
	controls   []sdk.Control
	shape      []int // of the rows that it makes
}

var (
	_ sdk.Model       = (*model)(nil)
	_ sdk.Decoder     = (*model)(nil)
	_ sdk.Saver       = (*model)(nil)
	_ sdk.Conditional = (*model)(nil)
	_ sdk.Adjustable  = (*model)(nil)
	_ sdk.Scorer      = (*model)(nil)
	_ sdk.Completer   = (*model)(nil)
	_ io.Closer       = (*model)(nil)
)

// Abilities tells [sdk.As] what the plugin's model can do.
func (m *model) Abilities() []sdk.Ability { return m.can }

// Remote tells [sdk.Job] to leave the training to the plugin.
func (m *model) Remote() bool { return true }

func (m *model) Conditions() []sdk.Condition { return m.conditions }

func (m *model) Controls() []sdk.Control { return m.controls }

func (m *model) Encode(ctx context.Context, x sdk.Batch) (sdk.Batch, error) {
	z, err := m.rows(ctx, m.client.Encode, x)
	return m.answer("encode", z, err, x.Len(), nil)
}

func (m *model) Decode(ctx context.Context, z sdk.Batch) (sdk.Batch, error) {
	x, err := m.rows(ctx, m.client.Decode, z)
	return m.answer("decode", x, err, z.Len(), m.shape)
}

func (m *model) Generate(ctx context.Context, r sdk.GenerateRequest) (sdk.Batch, error) {
	x, err := m.generate(ctx, m.client.Generate, r, sdk.Batch{Conditions: r.Conditions})
	return m.answer("generate", x, err, r.N, m.shape)
}

func (m *model) Draw(ctx context.Context, r sdk.GenerateRequest) (sdk.Batch, error) {
	z, err := m.generate(ctx, m.client.Draw, r, sdk.Batch{Conditions: r.Conditions})
	return m.answer("draw", z, err, r.N, nil)
}

func (m *model) Save(ctx context.Context, path string) error {
	abs, err := filepath.Abs(path) // the plugin may be in another folder
	if err != nil {
		return fmt.Errorf("save: %w", err)
	}
	_, err = m.client.Save(ctx, &pb.SaveRequest{Session: m.session, Path: []byte(abs)})
	return err
}

func (m *model) Load(ctx context.Context, path string) error {
	abs, err := filepath.Abs(path)
	if err != nil {
		return fmt.Errorf("load: %w", err)
	}
	_, err = m.client.Load(ctx, &pb.LoadRequest{Session: m.session, Path: []byte(abs)})
	return err
}

// answer returns the rows that a model gave, if they are n of the given shape;
// no shape means any.
func (m *model) answer(verb string, b sdk.Batch, err error, n int, shape []int) (sdk.Batch, error) {
	if err != nil {
		return sdk.Batch{}, err
	}
	if shape != nil && !slices.Equal(b.Shape, shape) {
		return sdk.Batch{}, fmt.Errorf("%w: %s: the model gave rows of shape %v, not %v", sdk.ErrProtocol, verb, b.Shape, shape)
	}
	if len(b.Data) != n*b.RowSize() || n > 0 && b.RowSize() == 0 {
		return sdk.Batch{}, fmt.Errorf("%w: %s: the model gave %d rows and %d numbers more, not %d rows",
			sdk.ErrProtocol, verb, b.Len(), len(b.Data)-b.Len()*b.RowSize(), n)
	}
	return b, nil
}

// A call is a gRPC method that takes and gives streams.
type call[In, Out any] = func(context.Context, ...grpc.CallOption) (grpc.BidiStreamingClient[In, Out], error)

func (m *model) rows(ctx context.Context, call call[pb.RowsRequest, pb.Chunk], x sdk.Batch) (sdk.Batch, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := call(ctx)
	if err != nil {
		return sdk.Batch{}, err
	}
	in := &pb.RowsRequest{Session: m.session}
	err = sendRows(stream, x, func(c *pb.Chunk) *pb.RowsRequest {
		in.Rows = c
		return in
	})
	if err != nil {
		return sdk.Batch{}, err
	}
	return receiveRows(stream)
}

// generate sends a request with a batch that has its conditions.
func (m *model) generate(ctx context.Context, call call[pb.GenerateRequest, pb.Chunk], r sdk.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := call(ctx)
	if err != nil {
		return sdk.Batch{}, err
	}
	in := &pb.GenerateRequest{Session: m.session, N: int64(r.N), Seed: r.Seed, First: int64(r.First)}
	err = sendRows(stream, given, func(c *pb.Chunk) *pb.GenerateRequest {
		in.Conditions = c
		return in
	})
	if err != nil {
		return sdk.Batch{}, err
	}
	return receiveRows(stream)
}

// sendRows sends b, each chunk in a request that wrap makes, and says that no
// more will come. A plugin that refuses them says why when it is asked for its
// answer.
func sendRows[In, Out any](stream grpc.BidiStreamingClient[In, Out], b sdk.Batch, wrap func(*pb.Chunk) *In) error {
	err := send(b, func(c *pb.Chunk) error { return stream.Send(wrap(c)) })
	if err != nil && !errors.Is(err, io.EOF) {
		return err
	}
	return stream.CloseSend()
}

func receiveRows(stream interface{ Recv() (*pb.Chunk, error) }) (sdk.Batch, error) {
	first, err := stream.Recv()
	if errors.Is(err, io.EOF) {
		return sdk.Batch{}, fmt.Errorf("%w: the plugin gave no rows", sdk.ErrProtocol)
	}
	if err != nil {
		return sdk.Batch{}, err
	}
	return receive(first, stream.Recv)
}
