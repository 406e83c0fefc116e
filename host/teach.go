package host

import (
	"context"
	"fmt"
	"os"
	"path/filepath"
	"time"

	"github.com/genhost/genhost/host/eval/classifier"
)

// teach returns what trains the classifier of an evaluation. It is kept in the
// cache, named after all that decides what it is, so that other runs on the
// same rows need not train it again.
func (s *session) teach(r *real) func(context.Context, string, classifier.Options) (*classifier.Classifier, error) {
	return func(ctx context.Context, condition string, o classifier.Options) (*classifier.Classifier, error) {
		key := fmt.Sprintf("%s %q %q %q %d", classifier.Recipe, r.lessonSplit.SHA256, r.lessonSplit.Split, condition, o.Seed)
		path := filepath.Join(s.host.cache, "classifiers", digest([]byte(key))+".safetensors")
		if c, err := classifier.Load(path, r.lessons.Space(), condition); err == nil {
			now := time.Now()
			_ = os.Chtimes(path, now, now) // for prune
			return c, nil
		}
		c, err := classifier.Train(ctx, r.lessons, condition, o)
		if err != nil {
			return nil, err
		}
		if err := keepClassifier(path, c); err != nil {
			s.host.say(fmt.Sprintf("warning: the classifier is not kept: %v", err))
		}
		return c, nil
	}
}

// keepClassifier puts a classifier in the cache, and takes out those that
// nobody has used for long.
func keepClassifier(path string, c *classifier.Classifier) error {
	dir := filepath.Dir(path)
	if err := os.MkdirAll(dir, 0o777); err != nil {
		return fmt.Errorf("cache: %w", err)
	}
	if err := prune(dir, time.Now().Add(-keepUnused)); err != nil {
		return err
	}
	return c.Save(path)
}
