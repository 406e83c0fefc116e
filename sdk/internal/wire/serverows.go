package wire

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/grpc"
)

type rowsStream = grpc.BidiStreamingServer[pb.RowsRequest, pb.Chunk]

func (s *server) Encode(stream rowsStream) error {
	return s.rows(stream, func(ctx context.Context, m sdk.Model, x sdk.Batch) (sdk.Batch, error) {
		return m.Encode(ctx, x)
	})
}

func (s *server) Decode(stream rowsStream) error {
	return s.rows(stream, func(ctx context.Context, m sdk.Model, z sdk.Batch) (sdk.Batch, error) {
		d, err := sdk.As[sdk.Decoder](m)
		if err != nil {
			return sdk.Batch{}, err
		}
		return d.Decode(ctx, z)
	})
}

func (s *server) rows(stream rowsStream, do func(context.Context, sdk.Model, sdk.Batch) (sdk.Batch, error)) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	if _, err := s.sessions.find(first.Session); err != nil {
		return err
	}
	rows, err := receive(first.Rows, func() (*pb.Chunk, error) {
		r, err := stream.Recv()
		return r.GetRows(), err
	})
	if err != nil {
		return err
	}
	m, leave, err := s.sessions.model(stream.Context(), first.Session)
	if err != nil {
		return err
	}
	defer leave()
	out, err := do(stream.Context(), m, rows)
	if err != nil {
		return err
	}
	return send(out, stream.Send)
}

type generateStream = grpc.BidiStreamingServer[pb.GenerateRequest, pb.Chunk]

func (s *server) Generate(stream generateStream) error {
	return s.generate(stream, func(ctx context.Context, m sdk.Model, r sdk.GenerateRequest) (sdk.Batch, error) {
		return m.Generate(ctx, r)
	})
}

func (s *server) Draw(stream generateStream) error {
	return s.generate(stream, func(ctx context.Context, m sdk.Model, r sdk.GenerateRequest) (sdk.Batch, error) {
		d, err := sdk.As[sdk.Decoder](m)
		if err != nil {
			return sdk.Batch{}, err
		}
		return d.Draw(ctx, r)
	})
}

func (s *server) generate(stream generateStream, do func(context.Context, sdk.Model, sdk.GenerateRequest) (sdk.Batch, error)) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	if _, err := s.sessions.find(first.Session); err != nil {
		return err
	}
	conditions, err := receive(first.Conditions, func() (*pb.Chunk, error) {
		r, err := stream.Recv()
		return r.GetConditions(), err
	})
	if err != nil {
		return err
	}
	m, leave, err := s.sessions.model(stream.Context(), first.Session)
	if err != nil {
		return err
	}
	defer leave()
	out, err := do(stream.Context(), m, sdk.GenerateRequest{
		N: int(first.N), Seed: first.Seed, First: int(first.First), Conditions: conditions.Conditions,
	})
	if err != nil {
		return err
	}
	return send(out, stream.Send)
}

// receive reads the rest of a batch.
func receive(first *pb.Chunk, next func() (*pb.Chunk, error)) (sdk.Batch, error) {
	var r batchReader
	if err := r.add(first); err != nil {
		return sdk.Batch{}, err
	}
	for !r.complete() {
		c, err := next()
		if errors.Is(err, io.EOF) {
			break // batch says what is missing
		}
		if err != nil {
			return sdk.Batch{}, err
		}
		if err := r.add(c); err != nil {
			return sdk.Batch{}, err
		}
	}
	return r.batch()
}

// send sends all of a batch, if the other side will take it.
func send(b sdk.Batch, put func(*pb.Chunk) error) error {
	numbers := int64(len(b.Data))
	for _, values := range b.Conditions {
		numbers += int64(len(values))
	}
	if numbers > maxBatch/numberSize {
		return sdk.Hint(fmt.Errorf("%w: %d rows take %d bytes: want at most %d in one call",
			sdk.ErrBadInput, b.Len(), numbers*numberSize, maxBatch), "ask for fewer rows at a time")
	}
	for c := range toChunks(b) {
		if err := put(c); err != nil {
			return err
		}
	}
	return nil
}
