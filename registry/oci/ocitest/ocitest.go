// Package ocitest is a registry for tests: as much of the OCI distribution
// specification as clients need, in memory.
package ocitest

import (
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/http/httptest"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"
)

// A Registry is a registry at work. Change its fields before the first request.
type Registry struct {
	Host string // "127.0.0.1:41234"

	NoReferrers    bool   // as registries before version 1.1 of the specification
	User, Password string // that it wants; "" for nothing

	// Answer may answer a request in the registry's place, which it then
	// reports. It may be nil.
	Answer func(w http.ResponseWriter, req *http.Request) bool

	mu    sync.Mutex
	repos map[string]*repository
}

type repository struct {
	blobs map[string][]byte
	kinds map[string]string // media types of those that are manifests
	tags  map[string]string
}

// New starts a registry, which ends with the test.
func New(t testing.TB) *Registry {
	r := &Registry{repos: map[string]*repository{}}
	server := httptest.NewServer(r)
	t.Cleanup(server.Close)
	r.Host = strings.TrimPrefix(server.URL, "http://")
	return r
}

// Alter replaces bytes of everything that the registry holds, and leaves the
// digests as they were. It returns how many times.
func (r *Registry) Alter(old, with string) int {
	r.mu.Lock()
	defer r.mu.Unlock()
	n := 0
	for _, repo := range r.repos {
		for digest, b := range repo.blobs {
			n += strings.Count(string(b), old)
			repo.blobs[digest] = []byte(strings.ReplaceAll(string(b), old, with))
		}
	}
	return n
}

// Lose forgets what has a digest, wherever it is.
func (r *Registry) Lose(digest string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for _, repo := range r.repos {
		delete(repo.blobs, digest)
	}
}

var routes = regexp.MustCompile(`^/v2/(.+)/(blobs|manifests|tags|referrers)/([^/]+|uploads/[^/]*)$`)

func (r *Registry) ServeHTTP(w http.ResponseWriter, req *http.Request) {
	if r.Answer != nil && r.Answer(w, req) {
		return
	}
	if user, password, _ := req.BasicAuth(); user != r.User || password != r.Password {
		w.Header().Set("WWW-Authenticate", `Basic realm="registry"`)
		refuse(w, http.StatusUnauthorized, "UNAUTHORIZED", "authentication required")
		return
	}
	if req.URL.Path == "/v2/" {
		return
	}
	m := routes.FindStringSubmatch(req.URL.Path)
	if m == nil {
		refuse(w, http.StatusNotFound, "UNSUPPORTED", "no such route")
		return
	}
	body, err := io.ReadAll(req.Body)
	if err != nil {
		refuse(w, http.StatusBadRequest, "BLOB_UPLOAD_INVALID", "body cut short")
		return
	}
	// Nobody waits for a client that waits for somebody: a copy within the registry
	// reads while it writes.
	answer := httptest.NewRecorder()
	r.route(answer, req, m, body)
	maps.Copy(w.Header(), answer.Header())
	w.WriteHeader(answer.Code)
	w.Write(answer.Body.Bytes())
}

func (r *Registry) route(w http.ResponseWriter, req *http.Request, m []string, body []byte) {
	r.mu.Lock()
	defer r.mu.Unlock()
	repo := r.repos[m[1]]
	if repo == nil {
		if req.Method != http.MethodPost && req.Method != http.MethodPut {
			refuse(w, http.StatusNotFound, "NAME_UNKNOWN", "repository name not known to registry")
			return
		}
		repo = &repository{map[string][]byte{}, map[string]string{}, map[string]string{}}
		r.repos[m[1]] = repo
	}
	switch {
	case m[2] == "tags":
		repo.list(w, m[1])
	case m[2] == "referrers" && !r.NoReferrers:
		repo.referrers(w, m[3])
	case strings.HasPrefix(m[3], "uploads/"):
		repo.upload(w, req, body)
	case m[2] == "manifests" && req.Method == http.MethodPut:
		repo.keep(w, req, body, m[3], !r.NoReferrers)
	case m[2] != "referrers":
		repo.get(w, m[3], m[2] == "manifests")
	default:
		refuse(w, http.StatusNotFound, "", "")
	}
}

func refuse(w http.ResponseWriter, status int, code, message string) {
	w.Header().Set("Content-Type", "application/json")
	w.WriteHeader(status)
	if code != "" {
		fmt.Fprintf(w, `{"errors":[{"code":%q,"message":%q}]}`, code, message)
	}
}

func (repo *repository) list(w http.ResponseWriter, name string) {
	tags := []string{}
	for tag := range repo.tags {
		tags = append(tags, tag)
	}
	slices.Sort(tags)
	json.NewEncoder(w).Encode(map[string]any{"name": name, "tags": tags})
}

func (repo *repository) get(w http.ResponseWriter, which string, manifest bool) {
	if digest, ok := repo.tags[which]; ok {
		which = digest
	}
	b, ok := repo.blobs[which]
	if kind := repo.kinds[which]; !ok || manifest && kind == "" {
		refuse(w, http.StatusNotFound, map[bool]string{true: "MANIFEST_UNKNOWN", false: "BLOB_UNKNOWN"}[manifest], "unknown to registry")
		return
	} else if manifest {
		w.Header().Set("Content-Type", kind)
	}
	w.Header().Set("Docker-Content-Digest", which)
	w.Header().Set("Content-Length", fmt.Sprint(len(b)))
	w.Write(b)
}

// upload takes a blob: POST says where to PUT it.
func (repo *repository) upload(w http.ResponseWriter, req *http.Request, b []byte) {
	if req.Method == http.MethodPost {
		w.Header().Set("Location", req.URL.Path+"one")
		w.WriteHeader(http.StatusAccepted)
		return
	}
	if digest := req.URL.Query().Get("digest"); digest != sum(b) {
		refuse(w, http.StatusBadRequest, "DIGEST_INVALID", "provided digest did not match uploaded content")
		return
	}
	repo.blobs[sum(b)] = b
	w.Header().Set("Docker-Content-Digest", sum(b))
	w.WriteHeader(http.StatusCreated)
}

// keep takes a manifest.
func (repo *repository) keep(w http.ResponseWriter, req *http.Request, b []byte, which string, referrers bool) {
	var m manifest
	if json.Unmarshal(b, &m) != nil {
		refuse(w, http.StatusBadRequest, "MANIFEST_INVALID", "manifest invalid")
		return
	}
	for _, d := range append(append(m.Layers, m.Manifests...), m.Config) {
		if _, ok := repo.blobs[d.Digest]; d.Digest != "" && !ok {
			refuse(w, http.StatusBadRequest, "MANIFEST_BLOB_UNKNOWN", "blob unknown to registry")
			return
		}
	}
	digest := sum(b)
	repo.blobs[digest], repo.kinds[digest] = b, req.Header.Get("Content-Type")
	if !strings.HasPrefix(which, "sha256:") {
		repo.tags[which] = digest
	}
	if m.Subject.Digest != "" && referrers {
		w.Header().Set("OCI-Subject", m.Subject.Digest)
	}
	w.Header().Set("Docker-Content-Digest", digest)
	w.WriteHeader(http.StatusCreated)
}

type manifest struct {
	MediaType    string       `json:"mediaType"`
	ArtifactType string       `json:"artifactType"`
	Config       descriptor   `json:"config"`
	Layers       []descriptor `json:"layers"`
	Manifests    []descriptor `json:"manifests"`
	Subject      descriptor   `json:"subject"`
}

type descriptor struct {
	MediaType    string `json:"mediaType"`
	Digest       string `json:"digest"`
	Size         int    `json:"size"`
	ArtifactType string `json:"artifactType,omitempty"`
}

// referrers lists the manifests whose subject has a digest.
func (repo *repository) referrers(w http.ResponseWriter, subject string) {
	found := []descriptor{}
	for digest, kind := range repo.kinds {
		var m manifest
		if json.Unmarshal(repo.blobs[digest], &m) == nil && m.Subject.Digest == subject {
			found = append(found, descriptor{kind, digest, len(repo.blobs[digest]), m.ArtifactType})
		}
	}
	w.Header().Set("Content-Type", "application/vnd.oci.image.index.v1+json")
	json.NewEncoder(w).Encode(map[string]any{
		"schemaVersion": 2, "mediaType": "application/vnd.oci.image.index.v1+json", "manifests": found,
	})
}

func sum(b []byte) string {
	s := sha256.Sum256(b)
	return "sha256:" + hex.EncodeToString(s[:])
}
