package wire

import (
	"context"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"iter"
	"math"
	"slices"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/grpc"
)

// scoreSize is the size of a row's score on the wire: four numbers.
const scoreSize = 4 * 8

// Score asks the plugin how likely each row is.
func (m *model) Score(ctx context.Context, x sdk.Batch, r sdk.ScoreRequest) ([]sdk.Score, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := m.client.Score(ctx)
	if err != nil {
		return nil, err
	}
	in := &pb.ScoreRequest{Session: m.session, Samples: int64(r.Samples), Seed: r.Seed, First: int64(r.First)}
	err = sendRows(stream, x, func(c *pb.Chunk) *pb.ScoreRequest {
		in.Rows = c
		return in
	})
	if err != nil {
		return nil, err
	}
	return receiveScores(x.Len(), stream.Recv)
}

// Score carries out the request of a host.
func (s *server) Score(stream grpc.BidiStreamingServer[pb.ScoreRequest, pb.Scores]) error {
	return carryOut(s, stream, (*pb.ScoreRequest).GetRows, func(ctx context.Context, m sdk.Model, r *pb.ScoreRequest, x sdk.Batch) error {
		scorer, err := sdk.As[sdk.Scorer](m)
		if err != nil {
			return err
		}
		scores, err := scorer.Score(ctx, x, sdk.ScoreRequest{Samples: int(r.Samples), Seed: r.Seed, First: int(r.First)})
		if err != nil {
			return err
		}
		for part := range toScores(scores) {
			if err := stream.Send(part); err != nil {
				return err
			}
		}
		return nil
	})
}

// toScores cuts scores into messages.
func toScores(scores []sdk.Score) iter.Seq[*pb.Scores] {
	return func(yield func(*pb.Scores) bool) {
		for part := range slices.Chunk(scores, chunkSize/scoreSize) {
			data := make([]byte, 0, len(part)*scoreSize)
			for _, s := range part {
				for _, v := range []float64{s.LogLikelihood, s.ELBO, s.Reconstruction, s.KL} {
					data = binary.LittleEndian.AppendUint64(data, math.Float64bits(v))
				}
			}
			if !yield(&pb.Scores{Data: data}) {
				return
			}
		}
	}
}

// receiveScores reads the scores of n rows. It trusts no part of them.
func receiveScores(n int, next func() (*pb.Scores, error)) ([]sdk.Score, error) {
	scores := make([]sdk.Score, 0, n)
	for {
		part, err := next()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, err
		}
		data := part.GetData()
		if got := len(data) / scoreSize; len(data)%scoreSize != 0 || got > n-len(scores) {
			return nil, fmt.Errorf("%w: score: a part of %d bytes where %d scores are missing", sdk.ErrProtocol, len(data), n-len(scores))
		}
		for ; len(data) > 0; data = data[scoreSize:] {
			scores = append(scores, fromScore(data))
		}
	}
	if len(scores) != n {
		return nil, fmt.Errorf("%w: score: the model gave %d scores for %d rows", sdk.ErrProtocol, len(scores), n)
	}
	return scores, nil
}

func fromScore(data []byte) sdk.Score {
	number := func(i int) float64 { return math.Float64frombits(binary.LittleEndian.Uint64(data[8*i:])) }
	return sdk.Score{LogLikelihood: number(0), ELBO: number(1), Reconstruction: number(2), KL: number(3)}
}
