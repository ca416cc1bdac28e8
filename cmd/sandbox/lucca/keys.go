package lucca

import (
	"crypto/rand"
	"encoding/hex"
	"errors"
	"net/http"
	"slices"
	"strings"
	"sync"
	"time"
)

// DefaultClient and DefaultSecret are exchanged for a token of version 5.
const (
	DefaultClient = "passerelle"
	DefaultSecret = "5a9db0c5-0000-4000-8000-00000000c11e"
)

// lifetime of a token.
const lifetime = 30 * time.Minute

// Key is one more key, with a role of its own. It is an API key, and the secret
// of a version 5 client of any name.
type Key struct {
	Key    string `json:"key"`
	Rights Rights `json:"rights"`
}

// keys are those beside the default one.
type keys struct {
	mu    sync.RWMutex
	roles map[string]Rights
}

func (k *keys) reset() {
	k.mu.Lock()
	defer k.mu.Unlock()
	k.roles = map[string]Rights{}
}

// AddKey makes a key, or gives one other rights.
func (h *Handler) AddKey(key Key) error {
	if key.Key == "" || strings.EqualFold(key.Key, h.options.Key) || key.Key == DefaultSecret {
		return errors.New("key: a new one, such as a GUID; the default key's rights have a call of their own")
	}
	if err := h.checkRights(key.Rights); err != nil {
		return err
	}
	h.keys.mu.Lock()
	defer h.keys.mu.Unlock()
	h.keys.roles[strings.ToLower(key.Key)] = key.Rights
	return nil
}

// FullRights are those of a key to which nothing is refused.
func FullRights() Rights { return fullRights() }

// rightsOf are those of a key; the default one's, unless it is another.
func (h *Handler) rightsOf(key string) Rights {
	h.keys.mu.RLock()
	defer h.keys.mu.RUnlock()
	if rights, ok := h.keys.roles[strings.ToLower(key)]; ok {
		return rights
	}
	return h.Rights()
}

// keyOf reads "lucca application=KEY": the scheme in any case, the word
// application in lower case, no blank around the equals sign.
func (h *Handler) keyOf(header string) (string, bool) {
	scheme, credentials, _ := strings.Cut(header, " ")
	realm, given, _ := strings.Cut(credentials, "=")
	if !strings.EqualFold(scheme, "lucca") || realm != "application" {
		return "", false
	}
	h.keys.mu.RLock()
	defer h.keys.mu.RUnlock()
	_, known := h.keys.roles[strings.ToLower(given)]
	return given, known || strings.EqualFold(given, h.options.Key)
}

// tokens are those given out, with what they are good for.
type tokens struct {
	mu    sync.Mutex
	given map[string]token
}

type token struct {
	key    string
	scopes []string
	until  time.Time
}

func (t *tokens) reset() {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.given = map[string]token{}
}

func (t *tokens) rights(header string, now time.Time) (key string, scopes []string, known bool) {
	scheme, value, _ := strings.Cut(header, " ")
	t.mu.Lock()
	defer t.mu.Unlock()
	given, known := t.given[value]
	if !known || !strings.EqualFold(scheme, "Bearer") || !now.Before(given.until) {
		return "", nil, false
	}
	return given.key, given.scopes, true
}

// exchange is the token endpoint (RFC 6749 4.4), one for all tenants in reality.
func (h *Handler) exchange(w http.ResponseWriter, r *http.Request) {
	refuse := func(code string) {
		w.Header().Set("Cache-Control", "no-store")
		write(w, http.StatusBadRequest, object{{"error", code}})
	}
	if r.Method != http.MethodPost || r.ParseForm() != nil {
		refuse("invalid_request")
		return
	}
	secret := r.PostForm.Get("client_secret")
	h.keys.mu.RLock()
	_, another := h.keys.roles[strings.ToLower(secret)]
	h.keys.mu.RUnlock()
	if !another && (r.PostForm.Get("client_id") != DefaultClient || secret != DefaultSecret) {
		refuse("invalid_client")
		return
	}
	if r.PostForm.Get("grant_type") != "client_credentials" {
		refuse("unsupported_grant_type")
		return
	}
	scopes := strings.Fields(r.PostForm.Get("scope"))
	allowed := h.rightsOf(secret).Scopes
	for _, scope := range scopes {
		if allowed != nil && !slices.Contains(allowed, scope) {
			refuse("invalid_scope")
			return
		}
	}
	value := make([]byte, 24)
	_, _ = rand.Read(value) // never fails
	h.tokens.mu.Lock()
	h.tokens.given[hex.EncodeToString(value)] = token{secret, scopes, h.options.Now().Add(lifetime)}
	h.tokens.mu.Unlock()
	write(w, http.StatusOK, object{{"access_token", hex.EncodeToString(value)}, {"token_type", "Bearer"}, {"expires_in", int(lifetime.Seconds())}})
}
