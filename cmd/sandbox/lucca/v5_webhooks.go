package lucca

import (
	"bytes"
	"context"
	"crypto/hmac"
	"crypto/rand"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"errors"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"sync"
	"time"
)

// webhooks are endpoints that want to be told of events. Deliveries happen when
// the control says so, so that a test knows when.
type webhooks struct {
	mu        sync.Mutex
	endpoints []*endpoint
	client    http.Client
}

type endpoint struct {
	id, name, address, secret, status string
	topics                            []string
	delivered                         map[int]bool // events
}

// answerWithin is how long a receiver may take.
const answerWithin = 3 * time.Second

func (w *webhooks) reset() {
	w.mu.Lock()
	defer w.mu.Unlock()
	w.endpoints, w.client = nil, http.Client{Timeout: answerWithin}
}

// webhookEndpoints lists endpoints, or makes one: the receiver must answer a
// challenge first.
func (h *Handler) webhookEndpoints(w http.ResponseWriter, r *http.Request, scopes []string) {
	write := r.Method == http.MethodPost
	if !slices.Contains(scopes, "webhook-endpoints.readwrite") && (write || !slices.Contains(scopes, "webhook-endpoints.readonly")) {
		problem(w, r, http.StatusForbidden, nil)
		return
	}
	if !write {
		h.webhooks.list(w)
		return
	}
	var asked struct {
		Name, WebhookURL, APIVersion, Status string
		Topics                               []string
	}
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil || json.Unmarshal(body, &asked) != nil || len(asked.Topics) == 0 || asked.APIVersion != apiVersion {
		problem(w, r, http.StatusBadRequest, map[string][]string{"topics": {"name, webhookUrl, apiVersion and topics are required."}})
		return
	}
	if err := h.webhooks.challenge(r.Context(), asked.WebhookURL); err != nil {
		problem(w, r, http.StatusBadRequest, map[string][]string{"webhookUrl": {err.Error()}})
		return
	}
	writeAs(w, http.StatusCreated, h.webhooks.add(asked.Name, asked.WebhookURL, asked.Topics).shown(true), "application/json; charset=utf-8")
}

func (w *webhooks) list(out http.ResponseWriter) {
	w.mu.Lock()
	defer w.mu.Unlock()
	items := []object{}
	for _, e := range w.endpoints {
		items = append(items, e.shown(false))
	}
	write(out, http.StatusOK, object{{"type", "webhook-endpoints"}, {"items", items}})
}

func (e *endpoint) shown(withSecret bool) object {
	out := object{{"id", e.id}, {"type", "webhook-endpoint"}, {"name", e.name}, {"apiVersion", apiVersion}, {"webhookUrl", e.address}, {"topics", e.topics},
		{"businessEstablishments", nil}, {"status", e.status}}
	if withSecret { // once
		out = append(out, member{"secret", e.secret})
	}
	return out
}

// challenge asks the receiver to say a word back. Real receivers are https; those
// of the sandbox are on this machine.
func (w *webhooks) challenge(ctx context.Context, address string) error {
	u, err := url.Parse(address)
	if err != nil {
		return errors.New("not an address")
	}
	if ip := net.ParseIP(u.Hostname()); ip == nil || !ip.IsLoopback() {
		return errors.New("the sandbox only calls receivers on this machine")
	}
	word := random()
	u.RawQuery = url.Values{"echo": {word}}.Encode()
	request, err := http.NewRequestWithContext(ctx, http.MethodGet, u.String(), nil)
	if err != nil {
		return errors.New("not an address")
	}
	answer, err := w.client.Do(request)
	if err != nil {
		return errors.New("no answer to the challenge")
	}
	defer func() { _ = answer.Body.Close() }()
	said, err := io.ReadAll(io.LimitReader(answer.Body, 1<<10))
	if err != nil || answer.StatusCode != http.StatusOK || string(said) != word {
		return errors.New("the challenge was not answered")
	}
	return nil
}

func (w *webhooks) add(name, address string, topics []string) *endpoint {
	w.mu.Lock()
	defer w.mu.Unlock()
	e := &endpoint{id: strconv.Itoa(len(w.endpoints) + 1), name: name, address: address, secret: random(), status: "active", topics: topics, delivered: map[int]bool{}}
	w.endpoints = append(w.endpoints, e)
	return e
}

func random() string {
	b := make([]byte, 16)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// Deliver tells all active endpoints of the events that they don't know yet, and
// says how many were taken. Who answers 404 or 410 is told no more.
func (h *Handler) Deliver(ctx context.Context) int {
	v := h.view(&http.Request{Host: "127.0.0.1"})
	h.webhooks.mu.Lock()
	defer h.webhooks.mu.Unlock()
	taken := 0
	for _, e := range h.webhooks.endpoints {
		for _, event := range v.events5(nil) {
			if e.status != "active" || e.delivered[event.id] || !slices.Contains(e.topics, event.show().text("topic")) {
				continue
			}
			switch status := h.webhooks.post(ctx, e, event.show(), h.options.Now()); {
			case status >= 200 && status < 300:
				e.delivered[event.id] = true
				taken++
			case status == http.StatusNotFound || status == http.StatusGone:
				e.status = "suspended"
			}
		}
	}
	return taken
}

// post signs the body with the time: base64(HMAC-SHA256(secret, time "." body)).
func (w *webhooks) post(ctx context.Context, e *endpoint, event object, now time.Time) (status int) {
	body, err := json.Marshal(event)
	if err != nil {
		return 0
	}
	at := now.UTC().Format(time.RFC3339)
	mac := hmac.New(sha256.New, []byte(e.secret))
	_, _ = mac.Write([]byte(at + "."))
	_, _ = mac.Write(body)
	request, err := http.NewRequestWithContext(ctx, http.MethodPost, e.address, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Lucca-Timestamp", at)
	request.Header.Set("Lucca-Signature", base64.StdEncoding.EncodeToString(mac.Sum(nil)))
	answer, err := w.client.Do(request)
	if err != nil {
		return 0
	}
	_ = answer.Body.Close()
	return answer.StatusCode
}

func (o object) text(name string) string {
	for _, m := range o {
		if text, is := m.value.(string); is && strings.EqualFold(m.name, name) {
			return text
		}
	}
	return ""
}
