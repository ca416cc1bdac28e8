package lucca

import (
	"bytes"
	"encoding/json"
	"math"
	"net/http"
	"strconv"
	"time"
)

// object is a JSON object that keeps the order of its members.
type object []member

type member struct {
	name  string
	value any
}

// MarshalJSON writes the members in order.
func (o object) MarshalJSON() ([]byte, error) {
	var out bytes.Buffer
	out.WriteByte('{')
	for i, m := range o {
		if i > 0 {
			out.WriteByte(',')
		}
		name, err := json.Marshal(m.name)
		if err != nil {
			return nil, err
		}
		value, err := json.Marshal(m.value)
		if err != nil {
			return nil, err
		}
		out.Write(name)
		out.WriteByte(':')
		out.Write(value)
	}
	out.WriteByte('}')
	return out.Bytes(), nil
}

// complaint is an error as version 3 words it.
type complaint struct {
	status  int
	message string
}

func (c *complaint) Error() string { return c.message }

func badRequest(message string) error {
	return &complaint{status: http.StatusBadRequest, message: message}
}

// fail writes version 3's error body; its names are capitalised.
func fail(w http.ResponseWriter, status int, message string) {
	write(w, status, object{{"Status", status}, {"Message", message}})
}

func refuse(w http.ResponseWriter, err error) {
	if c, ok := err.(*complaint); ok {
		fail(w, c.status, c.message)
		return
	}
	fail(w, http.StatusInternalServerError, err.Error())
}

// problem writes problem details (RFC 7807), as versions 4 and 5 do, and the
// newer resources of version 3.
func problem(w http.ResponseWriter, r *http.Request, status int, errors map[string][]string) {
	body := object{{"type", "https://tools.ietf.org/html/rfc7231#section-6.5.1"}, {"title", http.StatusText(status)}, {"status", status}, {"instance", "http://" + r.Host + r.URL.Path}}
	if errors != nil {
		body = append(body, member{"errors", errors})
	}
	writeAs(w, status, body, "application/problem+json")
}

func tooMany(w http.ResponseWriter, wait time.Duration) {
	w.Header().Set("Retry-After", strconv.Itoa(int(math.Ceil(wait.Seconds()))))
	fail(w, http.StatusTooManyRequests, "Too many requests")
}

func write(w http.ResponseWriter, status int, body any) {
	writeAs(w, status, body, "application/json; charset=utf-8")
}

func writeAs(w http.ResponseWriter, status int, body any, contentType string) {
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(w, err.Error(), http.StatusInternalServerError)
		return
	}
	w.Header().Set("Content-Type", contentType)
	w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text) // a caller who hung up needs no answer
}

// envelope writes what goes under data, and the header beside it where the
// tenant has one.
func (v view) envelope(w http.ResponseWriter, data object) {
	body := object{{"data", data}}
	if v.style.Header {
		header := object{{"generated", v.now.Format("2006-01-02T15:04:05")}, {"principal", "Sandbox"}}
		body = append(object{{"header", header}}, body...)
	}
	write(w, http.StatusOK, body)
}
