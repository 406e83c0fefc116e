package install

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"os"
	"path/filepath"

	"github.com/genhost/genhost/registry/fault"
	"github.com/genhost/genhost/registry/oci"
	"github.com/genhost/genhost/registry/sign"
	"github.com/genhost/genhost/sdk"
)

// fetchAddress gets an archive from the web. Somebody must say which one it
// should be: models.toml, or the lock file, by its SHA-256, or who signed it.
func (in Installer) fetchAddress(ctx context.Context, w wanted, dir string) (fetched, error) {
	if err := checkAddress(w.source); err != nil {
		return fetched{}, err
	}
	in.say("fetching " + w.source)
	file := filepath.Join(dir, "download")
	response, err := in.get(ctx, w.source)
	if err != nil {
		return fetched{}, err
	}
	_, err = keepAll(ctx, file, response.Body)
	response.Body.Close()
	if err != nil {
		return fetched{}, sdk.Hint(fmt.Errorf("%s: %w", w.source, plain(err)), "try again later")
	}
	got, err := in.open(ctx, w, file, in.besideAddress(ctx, w.source), dir)
	if err != nil {
		return fetched{}, err
	}
	os.Remove(file)
	if w.sha256 == "" && !w.restoring {
		verdict, err := got.verdict(got.bundle.Manifest.Name)
		if err != nil {
			return fetched{}, err
		}
		if !verdict.Signed() {
			err := fault.Mark(fault.ErrVerify, errors.New("nothing says what it should be: there is no sha256, and "+verdict.Problem))
			return fetched{}, sdk.Hint(err, "give the SHA-256 that its publisher tells: --sha256 HEX")
		}
	}
	return got, nil
}

// checkAddress refuses what travels unencrypted, but on this machine.
func checkAddress(source string) error {
	u, err := url.Parse(source)
	if err != nil {
		return fault.Mark(fault.ErrConfig, fmt.Errorf("%s is no address", source))
	}
	ip := net.ParseIP(u.Hostname())
	if u.Scheme == "https" || u.Scheme == "http" && (u.Hostname() == "localhost" || ip != nil && ip.IsLoopback()) {
		return nil
	}
	return sdk.Hint(fault.Mark(fault.ErrConfig, fmt.Errorf("plugins cannot be fetched by %s://", u.Scheme)), "use https://, oci://, oci-layout: or a path")
}

// get asks for what is at an address. The error is a [fault.ErrNotFound] where
// there is nothing.
func (in Installer) get(ctx context.Context, address string) (*http.Response, error) {
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, address, nil)
	if err != nil {
		return nil, fault.Mark(fault.ErrConfig, err)
	}
	response, err := in.client().Do(request)
	if err != nil {
		if ctx.Err() != nil {
			return nil, ctx.Err()
		}
		return nil, sdk.Hint(fmt.Errorf("%s cannot be reached: %w", address, plain(err)), "look at the address and at the network, or install from a file")
	}
	if response.StatusCode == http.StatusOK {
		return response, nil
	}
	response.Body.Close()
	err = fmt.Errorf("%s: the server says %s", address, response.Status)
	if response.StatusCode == http.StatusNotFound || response.StatusCode == http.StatusGone {
		err = fault.Mark(fault.ErrNotFound, err)
	}
	return nil, sdk.Hint(err, "look at the address")
}

// client is the one that the installer has, or the usual, which does not wait
// for ever for a server that says nothing. It follows no server to where plugins
// are not fetched from.
func (in Installer) client() *http.Client {
	client := http.Client{}
	if in.Client != nil {
		client = *in.Client
	} else {
		client.Transport = oci.Transport()
	}
	client.CheckRedirect = func(to *http.Request, via []*http.Request) error {
		if len(via) >= 10 {
			return errors.New("it leads from one address to the next, without an end")
		}
		if to.URL.Scheme != "https" && via[0].URL.Scheme == "https" {
			return fmt.Errorf("it leads to %s, which is not encrypted", to.URL.Redacted())
		}
		return checkAddress(to.URL.String())
	}
	return &client
}

// plain is an error without the address, which is told anyway.
func plain(err error) error {
	var u *url.Error
	if errors.As(err, &u) {
		return u.Err
	}
	return err
}

// besideAddress is where the signature of an archive on the web is.
func (in Installer) besideAddress(ctx context.Context, address string) signatures {
	return func() ([][]byte, error) {
		u, err := url.Parse(address)
		if err != nil {
			return nil, err
		}
		u.Path, u.RawPath = u.Path+sign.Suffix, ""
		response, err := in.get(ctx, u.String())
		if errors.Is(err, fault.ErrNotFound) {
			return nil, nil
		}
		if err != nil {
			return nil, err
		}
		defer response.Body.Close()
		return oneSignature(response.Body)
	}
}
