package conformance

import (
	"bytes"
	"fmt"
	"strings"
	"sync"

	"google.golang.org/protobuf/encoding/protojson"
	"google.golang.org/protobuf/proto"
)

// shortest is the length from which a text is told apart from chance.
const shortest = 8

// overheard is what the plugin let out: its logs, and the words of its answers.
// Records are not among them: they are what it is for.
type overheard struct {
	mu       sync.Mutex
	logs     bytes.Buffer
	words    bytes.Buffer
	secrets  []string
	personal map[string]bool
	badLog   string // what is wrong with the first line that is no log line
}

func (o *overheard) watchFor(secrets []string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, secret := range secrets {
		if len(secret) >= shortest {
			o.secrets = append(o.secrets, secret)
		}
	}
}

// person notes a value that neither a log nor a diagnostic may quote.
func (o *overheard) person(value string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.personal == nil {
		o.personal = map[string]bool{}
	}
	if len(value) >= shortest {
		o.personal[value] = true
	}
}

func (o *overheard) log(line []byte) {
	o.mu.Lock()
	defer o.mu.Unlock()
	o.logs.Write(line)
	o.logs.WriteByte('\n')
}

func (o *overheard) noteBadLog(why string) {
	o.mu.Lock()
	defer o.mu.Unlock()
	if o.badLog == "" {
		o.badLog = why
	}
}

// answer notes the words of an answer.
func (o *overheard) answer(message proto.Message) {
	text, err := protojson.Marshal(message)
	if err != nil {
		return // not UTF-8: nothing that could be shown
	}
	o.mu.Lock()
	defer o.mu.Unlock()
	o.words.Write(text)
	o.words.WriteByte('\n')
}

// leaked says where one of the texts was let out, without quoting it.
func (o *overheard) leaked(texts []string, what string) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, text := range texts {
		if bytes.Contains(o.logs.Bytes(), []byte(text)) {
			return fmt.Errorf("%s stands in its logs (%d characters, beginning with %q)", what, len(text), text[:2])
		}
		if bytes.Contains(o.words.Bytes(), []byte(text)) {
			return fmt.Errorf("%s stands in an answer (%d characters, beginning with %q)", what, len(text), text[:2])
		}
	}
	return nil
}

// blot takes the secrets out of what the suite itself says.
func (o *overheard) blot(text string) string {
	o.mu.Lock()
	defer o.mu.Unlock()
	for _, secret := range o.secrets {
		text = strings.ReplaceAll(text, secret, "***")
	}
	return text
}
