package personio

import (
	"bytes"
	"encoding/json"
	"io"
	"net"
	"net/http"
	"net/url"
	"slices"
	"strconv"
	"time"
)

const (
	webhookTimeout = 3 * time.Second
	deliveries     = 6  // rounds of tries
	quickRetries   = 2  // in each round
	mostRequests   = 14 // in all
)

// hooks are what was registered, and what was sent.
type hooks struct {
	all  []*webhook
	sent []Delivery
}

type webhook struct {
	ID          string            `json:"id"`
	URL         string            `json:"url"`
	Description string            `json:"description"`
	Status      string            `json:"status"`
	AuthType    string            `json:"auth_type"`
	Token       string            `json:"token,omitempty"`
	Headers     map[string]string `json:"custom_headers,omitempty"`
	Events      []string          `json:"enabled_events"`
}

// Delivery is one request of the webhook sender.
type Delivery struct {
	Webhook string `json:"webhook"`
	Event   string `json:"event"`
	Status  int    `json:"status"` // 0: no answer in time
}

// Deliveries are the webhook requests made so far.
func (h *Handler) Deliveries() []Delivery {
	h.mu.Lock()
	defer h.mu.Unlock()
	return append([]Delivery{}, h.hooks.sent...)
}

// webhooks registers and lists. Removing the right later stops no webhook.
func (c *call) webhooks(rest []string) {
	what := "r"
	if c.r.Method != http.MethodGet {
		what = "w"
	}
	if !c.mayV2("webhooks", what) {
		return
	}
	if len(rest) == 0 {
		c.method(map[string]func(){
			http.MethodGet: func() {
				var items []object
				for _, hook := range c.hooks.all {
					items = append(items, hook.shown())
				}
				c.list(listing{path: "/v2/webhooks", items: items, most: 200, otherwise: 100, filters: map[string][]string{"status": {""}}})
			},
			http.MethodPost: func() {
				hook := &webhook{Status: "DISABLED", AuthType: "TOKEN"}
				if !c.body(hook) || !hook.valid() {
					c.badRequest("Provided request parameters are invalid.")
					return
				}
				hook.ID = uuid("webhook", c.number())
				c.hooks.all = append(c.hooks.all, hook)
				c.json(http.StatusCreated, hook.shown())
			},
		})
		return
	}
	i := slices.IndexFunc(c.hooks.all, func(w *webhook) bool { return w.ID == rest[0] })
	if i < 0 {
		c.notFound()
		return
	}
	hook := c.hooks.all[i]
	if len(rest) == 2 && rest[1] == "ping" {
		c.send(hook, "ping", object{})
		c.w.WriteHeader(http.StatusNoContent)
		return
	}
	c.method(map[string]func(){
		http.MethodGet: func() { c.json(http.StatusOK, hook.shown()) },
		http.MethodPatch: func() {
			changed := *hook
			if !c.body(&changed) || !changed.valid() {
				c.badRequest("Provided request parameters are invalid.")
				return
			}
			changed.ID = hook.ID
			*hook = changed
			c.json(http.StatusOK, hook.shown())
		},
		http.MethodDelete: func() {
			c.hooks.all = slices.Delete(c.hooks.all, i, i+1)
			c.w.WriteHeader(http.StatusNoContent)
		},
	})
}

func (w *webhook) shown() object {
	return object{"id": w.ID, "url": w.URL, "description": w.Description, "status": w.Status, "auth_type": w.AuthType, "enabled_events": w.Events}
}

// valid holds a webhook to this machine, too: the sandbox calls nobody else.
func (w *webhook) valid() bool {
	address, err := url.Parse(w.URL)
	if err != nil {
		return false
	}
	ip := net.ParseIP(address.Hostname())
	return (address.Hostname() == "localhost" || (ip != nil && ip.IsLoopback())) && len(w.Headers) <= 3 && len(w.Events) > 0 &&
		slices.Contains([]string{"ENABLED", "DISABLED"}, w.Status) && slices.Contains([]string{"NONE", "TOKEN", "CUSTOM"}, w.AuthType)
}

// tell sends an event to every enabled webhook that wants it, whatever the
// credential may do by now.
func (c *call) tell(event string, payload object) {
	for _, hook := range c.hooks.all {
		if hook.Status == "ENABLED" && slices.Contains(hook.Events, event) {
			c.send(hook, event, payload)
		}
	}
}

// send delivers in the background: ids alone, a fixed header, no signature. The
// rounds that Personio spreads over three days follow at once here.
func (c *call) send(hook *webhook, event string, payload object) {
	body, err := json.Marshal(object{"company_id": "1", "event_name": event, "occurred_at": c.now().Format(time.RFC3339), "payload": payload, "meta": object{}})
	if err != nil {
		return
	}
	to, h := *hook, c.Handler
	go func() {
		for request := range min(mostRequests, deliveries*(1+quickRetries)) {
			status := to.post(body, h.options.WebhookTimeout)
			h.mu.Lock()
			h.hooks.sent = append(h.hooks.sent, Delivery{to.ID, event, status})
			h.mu.Unlock()
			if status != 0 && (status < 500 || status == http.StatusNotImplemented) {
				return
			}
			time.Sleep(time.Duration(min(request, 5)) * time.Millisecond)
		}
	}()
}

// post is one request; redirects are not followed.
func (w *webhook) post(body []byte, patience time.Duration) int {
	if patience == 0 {
		patience = webhookTimeout
	}
	client := &http.Client{Timeout: patience, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
	defer client.CloseIdleConnections()
	request, err := http.NewRequest(http.MethodPost, w.URL, bytes.NewReader(body))
	if err != nil {
		return 0
	}
	request.Header.Set("Content-Type", "application/json")
	request.Header.Set("Content-Length", strconv.Itoa(len(body)))
	if w.AuthType == "TOKEN" && w.Token != "" {
		request.Header.Set("Authorization", w.Token) // verbatim: whoever wants "Bearer " writes it
	}
	for name, value := range w.Headers {
		request.Header.Set(name, value)
	}
	response, err := client.Do(request)
	if err != nil {
		return 0
	}
	_, _ = io.Copy(io.Discard, io.LimitReader(response.Body, 1<<16))
	_ = response.Body.Close()
	return response.StatusCode
}
