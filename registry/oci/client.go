package oci

import (
	"context"
	"crypto/tls"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"time"

	"oras.land/oras-go/v2/registry/remote"
	"oras.land/oras-go/v2/registry/remote/auth"
	"oras.land/oras-go/v2/registry/remote/credentials"
	"oras.land/oras-go/v2/registry/remote/retry"

	"github.com/genhost/genhost/registry/fault"
)

// How long a registry may take. What is moved may be of any size, so there is
// no bound on the whole, but one on silence.
const (
	dialTime    = 10 * time.Second
	answerTime  = time.Minute // it may first have to look at what it was given
	silence     = time.Minute // between two pieces of an answer
	retries     = 2
	tagPages    = 100
	attachPages = 10
)

// Transport returns one that gives up on a server that says nothing, and not on
// one that is slow.
func Transport() http.RoundTripper { return transport(answerTime, silence) }

func transport(answer, quiet time.Duration) http.RoundTripper {
	t := http.DefaultTransport.(*http.Transport).Clone()
	t.DialContext = (&net.Dialer{Timeout: dialTime}).DialContext
	t.ResponseHeaderTimeout = answer
	return &attentive{t, quiet}
}

// newClient returns a client that has docker's credentials.
func newClient(quiet time.Duration) (*auth.Client, error) {
	store, err := credentials.NewStoreFromDocker(credentials.StoreOptions{})
	if err != nil {
		return nil, fault.Mark(fault.ErrConfig, fmt.Errorf("read docker's credentials: %w", err))
	}
	again := retry.NewTransport(transport(answerTime, quiet))
	again.Policy = func() retry.Policy {
		return &retry.GenericPolicy{
			Retryable: retry.DefaultPredicate, Backoff: retry.DefaultBackoff,
			MinWait: 200 * time.Millisecond, MaxWait: 3 * time.Second, MaxRetry: retries,
		}
	}
	client := &auth.Client{
		Client:     &http.Client{Transport: again},
		Cache:      auth.NewCache(),
		Credential: credentials.Credential(store),
	}
	client.SetUserAgent("genhost")
	return client, nil
}

// openRemote returns a repository of a registry.
func openRemote(ctx context.Context, ref Reference) (*remote.Repository, error) {
	client, err := newClient(silence)
	if err != nil {
		return nil, err
	}
	repo, err := remote.NewRepository(ref.Host + "/" + ref.Repository)
	if err != nil {
		return nil, bad(ref.String(), "want oci://HOST/REPOSITORY:VERSION")
	}
	repo.Client = client
	repo.TagListMaxPages, repo.ReferrerListMaxPages = tagPages, attachPages
	repo.MaxMetadataBytes = maxManifest
	repo.SkipReferrersGC = true // many registries allow nobody to delete
	repo.PlainHTTP = loopback(ref.Host) && speaksPlainly(ctx, client.Client, ref.Host)
	return repo, nil
}

// speaksPlainly reports whether a registry on this machine does without TLS.
func speaksPlainly(ctx context.Context, client *http.Client, host string) bool {
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, "https://"+host+"/v2/", nil)
	if err != nil {
		return true
	}
	resp, err := client.Do(req)
	if err == nil {
		resp.Body.Close()
		return false
	}
	var alert *tls.CertificateVerificationError
	return !errors.As(err, &alert)
}

// An attentive transport gives up on an answer that no longer comes.
type attentive struct {
	http.RoundTripper
	quiet time.Duration
}

var errSilence = errors.New("the server has fallen silent")

func (t *attentive) RoundTrip(req *http.Request) (*http.Response, error) {
	ctx, cancel := context.WithCancelCause(req.Context())
	resp, err := t.RoundTripper.RoundTrip(req.WithContext(ctx))
	if err != nil {
		cancel(nil)
		return nil, err
	}
	timer := time.AfterFunc(t.quiet, func() { cancel(errSilence) })
	timer.Stop() // until somebody reads
	resp.Body = &watched{resp.Body, ctx, cancel, t.quiet, timer}
	return resp, nil
}

// A watched body ends once nothing has come for a while.
type watched struct {
	io.ReadCloser
	ctx    context.Context
	cancel context.CancelCauseFunc
	quiet  time.Duration
	timer  *time.Timer
}

func (w *watched) Read(p []byte) (int, error) {
	w.timer.Reset(w.quiet) // what the reader did meanwhile is not the registry's silence
	n, err := w.ReadCloser.Read(p)
	w.timer.Stop()
	if err != nil && errors.Is(context.Cause(w.ctx), errSilence) {
		err = errSilence
	}
	return n, err
}

func (w *watched) Close() error {
	w.timer.Stop()
	defer w.cancel(nil)
	return w.ReadCloser.Close()
}
