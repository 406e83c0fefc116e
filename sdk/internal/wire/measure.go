package wire

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"

	"github.com/genhost/genhost/sdk"
	pb "github.com/genhost/genhost/sdk/internal/wire/wirepb"
	"google.golang.org/grpc"
)

// measurementsAtOnce are how many fit in a message, unless their texts are long.
const measurementsAtOnce = 100

// Measure asks the plugin how good generated rows are.
func (m *modality) Measure(ctx context.Context, space sdk.Space, c sdk.Comparison) ([]sdk.Measurement, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	stream, err := m.client.Measure(ctx)
	if err != nil {
		return nil, err
	}
	err = sendComparison(c, &pb.MeasureRequest{Session: m.session, Space: toSpace(space), Seed: c.Seed}, stream.Send)
	if err != nil && !errors.Is(err, io.EOF) { // the plugin says why when it is asked for its answer
		return nil, err
	}
	if err := stream.CloseSend(); err != nil {
		return nil, err
	}
	return receiveMeasurements(stream.Recv)
}

// sendComparison puts all of a comparison into requests, of which this is the
// first.
func sendComparison(c sdk.Comparison, first *pb.MeasureRequest, put func(*pb.MeasureRequest) error) error {
	if len(c.Scores) != 0 && len(c.Scores) != c.Test.Len() {
		return fmt.Errorf("%w: measure: %d scores of %d rows", sdk.ErrBadInput, len(c.Scores), c.Test.Len())
	}
	in := first
	for _, rows := range []sdk.Batch{c.Generated, c.Train, c.Test, c.Decoded, c.Halfway} {
		err := send(rows, func(c *pb.Chunk) error {
			request := in
			request.Rows, in = c, &pb.MeasureRequest{}
			return put(request)
		})
		if err != nil {
			return err
		}
	}
	for part := range toScores(c.Scores) {
		if err := put(&pb.MeasureRequest{Scores: part.Data}); err != nil {
			return err
		}
	}
	return nil
}

// receiveMeasurements reads what a plugin has found. It trusts no part of it.
func receiveMeasurements(next func() (*pb.MeasureResponse, error)) ([]sdk.Measurement, error) {
	const most = 10_000
	var all []sdk.Measurement
	for {
		out, err := next()
		if errors.Is(err, io.EOF) {
			return all, nil
		}
		if err != nil {
			return nil, err
		}
		for _, m := range out.GetMeasurements() {
			found := fromMeasurement(m)
			if err := found.Validate(); err != nil {
				return nil, fmt.Errorf("%w: measure: %w", sdk.ErrProtocol, err)
			}
			all = append(all, found)
		}
		if len(all) > most {
			return nil, fmt.Errorf("%w: measure: more than %d measurements", sdk.ErrProtocol, most)
		}
	}
}

// Measure carries out the request of a host.
func (s *server) Measure(stream grpc.BidiStreamingServer[pb.MeasureRequest, pb.MeasureResponse]) error {
	first, err := stream.Recv()
	if err != nil {
		return err
	}
	if _, err := s.sessions.find(first.Session); err != nil {
		return err
	}
	c, err := readComparison(first, stream.Recv)
	if err != nil {
		return err
	}
	return s.measure(stream, first, c)
}

// A peeker reads requests one by one, and knows the next.
type peeker struct {
	next *pb.MeasureRequest // nil at the end
	recv func() (*pb.MeasureRequest, error)
}

// take returns the next request; io.EOF at the end.
func (p *peeker) take() (*pb.MeasureRequest, error) {
	taken := p.next
	if taken == nil {
		return nil, io.EOF
	}
	var err error
	if p.next, err = p.recv(); errors.Is(err, io.EOF) {
		p.next, err = nil, nil
	}
	return taken, err
}

// readComparison puts together what sendComparison took apart. A host may know
// of fewer batches.
func readComparison(first *pb.MeasureRequest, recv func() (*pb.MeasureRequest, error)) (sdk.Comparison, error) {
	const needed = 3
	c := sdk.Comparison{Seed: first.Seed}
	in := &peeker{first, recv}
	chunk := func() (*pb.Chunk, error) {
		r, err := in.take()
		return r.GetRows(), err
	}
	for i, rows := range []*sdk.Batch{&c.Generated, &c.Train, &c.Test, &c.Decoded, &c.Halfway} {
		if i >= needed && in.next.GetRows() == nil {
			break
		}
		head, err := chunk()
		if err != nil && !errors.Is(err, io.EOF) {
			return c, err
		}
		if *rows, err = receive(head, chunk); err != nil {
			return c, err
		}
	}
	if in.next == nil {
		return c, nil
	}
	var err error
	c.Scores, err = receiveScores(c.Test.Len(), func() (*pb.Scores, error) {
		r, err := in.take()
		return &pb.Scores{Data: r.GetScores()}, err
	})
	return c, err
}

func (s *server) measure(stream grpc.BidiStreamingServer[pb.MeasureRequest, pb.MeasureResponse], in *pb.MeasureRequest, c sdk.Comparison) error {
	m, leave, err := s.sessions.modality(stream.Context(), in.Session)
	if err != nil {
		return err
	}
	defer leave()
	measurer, err := sdk.As[sdk.Measurer](m)
	if err != nil {
		return err
	}
	found, err := measurer.Measure(stream.Context(), fromSpace(in.Space), c)
	if err != nil {
		return err
	}
	for part := range slices.Chunk(found, measurementsAtOnce) {
		out := &pb.MeasureResponse{}
		for _, m := range part {
			out.Measurements = append(out.Measurements, toMeasurement(m))
		}
		if err := stream.Send(out); err != nil {
			return err
		}
	}
	return nil
}

func toMeasurement(m sdk.Measurement) *pb.Measurement {
	return &pb.Measurement{
		Name: clean(m.Name), Doc: clean(m.Doc), Value: m.Value, Se: m.SE, N: int64(m.N), Floor: m.Floor, Ceiling: m.Ceiling,
		Better: clean(m.Better), Note: clean(m.Note),
	}
}

func fromMeasurement(m *pb.Measurement) sdk.Measurement {
	return sdk.Measurement{
		Name: m.GetName(), Doc: m.GetDoc(), Value: m.GetValue(), SE: m.GetSe(), N: int(m.GetN()), Floor: m.Floor, Ceiling: m.Ceiling,
		Better: m.GetBetter(), Note: m.GetNote(),
	}
}
