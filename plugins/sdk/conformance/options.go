package conformance

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"strings"
	"time"
)

// Options say what is tried.
type Options struct {
	Path  string // the executable, named engine-plugin-NAME
	Trial Trial
	Only  []string // names of rules; none: all of them

	// Patience is how long one call may take, and one start; 0: ten seconds for a
	// start, as the engine gives it, and thirty for a call.
	Patience time.Duration
}

// Trial is what the suite may try the plugin on: an account made for tests. What
// it says to create is created, and stays. Without a connection only the rules
// that need none are tried.
type Trial struct {
	// Connection are the settings of a connection block.
	Connection map[string]any `json:"connection"`
	// Through names the setting that holds the API's address. The suite puts
	// itself in between, to answer in the API's place with failures; "url" where
	// nothing else is said. Without such a setting those rules are left out.
	Through string `json:"through"`
	// Resources are those to try; none: every readable one is read.
	Resources map[string]TrialResource `json:"resources"`
}

// TrialResource is how one resource is tried.
type TrialResource struct {
	Read   map[string]any `json:"read"`   // settings of a source block
	Window *TrialWindow   `json:"window"` // the days to read, where a whole read is too much
	Write  map[string]any `json:"write"`  // settings of a target block
	Key    []string       `json:"key"`    // fields by which a record is looked up
	// Create is a record that the target takes. {n} in its texts becomes a number
	// that is new each time. Without it nothing is written.
	Create map[string]any `json:"create"`
	// What may become of a record that was created, and the fields to send with it;
	// {} sends none. What is left out is not tried.
	Update     map[string]any `json:"update"`
	Deactivate map[string]any `json:"deactivate"`
	Reactivate map[string]any `json:"reactivate"`
	Delete     map[string]any `json:"delete"`
}

// TrialWindow is a window of dates.
type TrialWindow struct{ Path, From, To string }

// ReadTrial reads a trial from a file of JSON.
func ReadTrial(path string) (Trial, error) {
	var t Trial
	text, err := os.ReadFile(path)
	if err != nil {
		return t, fmt.Errorf("the file of settings can't be read: %w", err)
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.DisallowUnknownFields()
	decoder.UseNumber()
	if err := decoder.Decode(&t); err != nil {
		if err == io.EOF {
			return t, fmt.Errorf("the file of settings is empty")
		}
		return t, fmt.Errorf("the file of settings has another form: %s", strings.TrimPrefix(err.Error(), "json: "))
	}
	return t, nil
}
