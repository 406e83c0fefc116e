package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"path/filepath"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/grpc"
)

// A model is an [sdk.Model] in the plugin.
type model struct {
	remote
	can        []sdk.Ability
	conditions []sdk.Condition
}

var (
	_ sdk.Model       = (*model)(nil)
	_ sdk.Decoder     = (*model)(nil)
	_ sdk.Saver       = (*model)(nil)
	_ sdk.Conditional = (*model)(nil)
	_ io.Closer       = (*model)(nil)
)

// Abilities tells [sdk.As] what the plugin's model can do.
func (m *model) Abilities() []sdk.Ability { return m.can }

// Remote tells [sdk.Job] to leave the training to the plugin.
func (m *model) Remote() bool { return true }

func (m *model) Conditions() []sdk.Condition { return m.conditions }

func (m *model) Encode(ctx context.Context, x sdk.Batch) (sdk.Batch, error) {
	return m.rows(ctx, m.client.Encode, x)
}

func (m *model) Decode(ctx context.Context, z sdk.Batch) (sdk.Batch, error) {
	return m.rows(ctx, m.client.Decode, z)
}

func (m *model) Generate(ctx context.Context, r sdk.GenerateRequest) (sdk.Batch, error) {
	return m.generate(ctx, m.client.Generate, r)
}

func (m *model) Draw(ctx context.Context, r sdk.GenerateRequest) (sdk.Batch, error) {
	return m.generate(ctx, m.client.Draw, r)
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

func (m *model) generate(ctx context.Context, call call[pb.GenerateRequest, pb.Chunk], r sdk.GenerateRequest) (sdk.Batch, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := call(ctx)
	if err != nil {
		return sdk.Batch{}, err
	}
	in := &pb.GenerateRequest{Session: m.session, N: int64(r.N), Seed: r.Seed, First: int64(r.First)}
	err = sendRows(stream, sdk.Batch{Conditions: r.Conditions}, func(c *pb.Chunk) *pb.GenerateRequest {
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

func receiveRows[In any](stream grpc.BidiStreamingClient[In, pb.Chunk]) (sdk.Batch, error) {
	first, err := stream.Recv()
	if errors.Is(err, io.EOF) {
		return sdk.Batch{}, fmt.Errorf("%w: the plugin gave no rows", sdk.ErrProtocol)
	}
	if err != nil {
		return sdk.Batch{}, err
	}
	return receive(first, stream.Recv)
}
