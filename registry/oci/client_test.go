package oci

import (
	"errors"
	"io"
	"net/http"
	"net/http/httptest"
	"testing"
	"time"
)

// A registry that stops in the middle of an answer is given up on.
func TestSilence(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Length", "10")
		io.WriteString(w, "12345")
		w.(http.Flusher).Flush()
		<-release
	}))
	defer server.Close()
	defer close(release)
	client := &http.Client{Transport: &attentive{http.DefaultTransport, time.Millisecond * 20}}
	resp, err := client.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); !errors.Is(err, errSilence) || string(b) != "12345" {
		t.Errorf("read %q, %v", b, err)
	}
}

// What a reader does between reading is not the registry's silence.
func TestSlowReader(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) { io.WriteString(w, "12345") }))
	defer server.Close()
	const quiet = 500 * time.Millisecond
	client := &http.Client{Transport: &attentive{http.DefaultTransport, quiet}}
	resp, err := client.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	var got []byte
	for _, n := range []int{2, 3} {
		time.Sleep(2 * quiet)
		b, err := io.ReadAll(io.LimitReader(resp.Body, int64(n)))
		if err != nil {
			t.Fatal(err)
		}
		got = append(got, b...)
	}
	if string(got) != "12345" {
		t.Errorf("read %q", got)
	}
}

// One that is slow, but answers, is not given up on.
func TestSlow(t *testing.T) {
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		for range 20 {
			io.WriteString(w, "x")
			w.(http.Flusher).Flush()
			time.Sleep(10 * time.Millisecond)
		}
	}))
	defer server.Close()
	client := &http.Client{Transport: &attentive{http.DefaultTransport, time.Second}}
	resp, err := client.Get(server.URL)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	if b, err := io.ReadAll(resp.Body); err != nil || len(b) != 20 {
		t.Errorf("read %q, %v", b, err)
	}
}

func TestLoopback(t *testing.T) {
	for host, want := range map[string]bool{
		"localhost": true, "localhost:5000": true, "127.0.0.1:5000": true, "127.9.9.9": true, "[::1]:5000": true, "[::1]": true,
		"ghcr.io": false, "localhost.evil.com": false, "10.0.0.1:5000": false, "127.0.0.1.evil.com": false, "": false,
	} {
		if got := loopback(host); got != want {
			t.Errorf("%s: %v", host, got)
		}
	}
}

// One that does not begin to answer is given up on.
func TestMute(t *testing.T) {
	release := make(chan struct{})
	server := httptest.NewServer(http.HandlerFunc(func(http.ResponseWriter, *http.Request) { <-release }))
	defer server.Close()
	defer close(release)
	client := &http.Client{Transport: transport(20*time.Millisecond, time.Minute)}
	if resp, err := client.Get(server.URL); err == nil {
		resp.Body.Close()
		t.Error("it has answered")
	}
}
