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

func (s *server) Encode(stream grpc.BidiStreamingServer[pb.RowsRequest, pb.Chunk]) error {
	return answer(s, stream, (*pb.RowsRequest).GetRows, func(ctx context.Context, m sdk.Model, _ *pb.RowsRequest, x sdk.Batch) (sdk.Batch, error) {
		return m.Encode(ctx, x)
	})
}

func (s *server) Decode(stream grpc.BidiStreamingServer[pb.RowsRequest, pb.Chunk]) error {
	return answer(s, stream, (*pb.RowsRequest).GetRows, func(ctx context.Context, m sdk.Model, _ *pb.RowsRequest, z sdk.Batch) (sdk.Batch, error) {
		d, err := sdk.As[sdk.Decoder](m)
		if err != nil {
			return sdk.Batch{}, err
		}
		return d.Decode(ctx, z)
	})
}

func (s *server) Generate(stream grpc.BidiStreamingServer[pb.GenerateRequest, pb.Chunk]) error {
	return answer(s, stream, (*pb.GenerateRequest).GetConditions, func(ctx context.Context, m sdk.Model, r *pb.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
		return m.Generate(ctx, fromGenerate(r, given))
	})
}

func (s *server) Draw(stream grpc.BidiStreamingServer[pb.GenerateRequest, pb.Chunk]) error {
	return answer(s, stream, (*pb.GenerateRequest).GetConditions, func(ctx context.Context, m sdk.Model, r *pb.GenerateRequest, given sdk.Batch) (sdk.Batch, error) {
		d, err := sdk.As[sdk.Decoder](m)
		if err != nil {
			return sdk.Batch{}, err
		}
		return d.Draw(ctx, fromGenerate(r, given))
	})
}

// fromGenerate returns the request whose conditions have come.
func fromGenerate(r *pb.GenerateRequest, given sdk.Batch) sdk.GenerateRequest {
	return sdk.GenerateRequest{N: int(r.N), Seed: r.Seed, First: int(r.First), Conditions: given.Conditions}
}

// requests of a kind bring a batch.
type requests[In any] interface {
	Context() context.Context
	Recv() (In, error)
}

// A rowStream takes a batch in requests of a kind, and gives one back.
type rowStream[In any] interface {
	requests[In]
	Send(*pb.Chunk) error
}

// answer lets do make a batch of the one that comes in requests, as carryOut
// does, and sends it.
func answer[In interface{ GetSession() string }](
	s *server, stream rowStream[In], chunk func(In) *pb.Chunk,
	do func(ctx context.Context, m sdk.Model, first In, b sdk.Batch) (sdk.Batch, error),
) error {
	return carryOut(s, stream, chunk, func(ctx context.Context, m sdk.Model, first In, b sdk.Batch) error {
		out, err := do(ctx, m, first, b)
		if err != nil {
			return err
		}
		return send(out, stream.Send)
	})
}

// carryOut receives the batch that chunk finds in the requests, and lets do
// work on it with the session's model and the first request.
func carryOut[In interface{ GetSession() string }](
	s *server, stream requests[In], chunk func(In) *pb.Chunk,
	do func(ctx context.Context, m sdk.Model, first In, b sdk.Batch) error,
) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	if _, err := s.sessions.find(first.GetSession()); err != nil {
		return err
	}
	in, err := receive(chunk(first), func() (*pb.Chunk, error) {
		next, err := stream.Recv()
		return chunk(next), err
	})
	if err != nil {
		return err
	}
	m, leave, err := s.sessions.model(stream.Context(), first.GetSession())
	if err != nil {
		return err
	}
	defer leave()
	return do(stream.Context(), m, first, in)
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
