package personio

import (
	"encoding/json"
	"io"
	"net/http"
	"strconv"
	"time"
)

type object = map[string]any

const maxBody = 40 << 20 // a document of 30 MB and what is around it

func (c *call) answer(status int, contentType string, body any) {
	text, err := json.Marshal(body)
	if err != nil {
		http.Error(c.w, err.Error(), http.StatusInternalServerError)
		return
	}
	c.w.Header().Set("Content-Type", contentType)
	c.w.Header().Set("Content-Length", strconv.Itoa(len(text)))
	c.w.WriteHeader(status)
	_, _ = c.w.Write(text) // a caller who hung up needs no answer
}

func (c *call) json(status int, body any) { c.answer(status, "application/json", body) }

// fail is an error as v1 writes it. Some codes are 0 whatever the status.
func (c *call) fail(status, code int, message string) {
	c.json(status, object{"success": false, "error": object{"code": code, "message": message}})
}

// problem is an error as most of v2 writes it.
func (c *call) problem(status int, title, detail, kind string) {
	c.answer(status, "application/problem+json", object{
		"personio_trace_id": "baaaaaad-c0de-fade-baad-c000000000de",
		"timestamp":         c.now().Format(time.RFC3339),
		"errors": []object{{"title": title, "detail": detail,
			"type": "https://developer.personio.de/reference/errors#" + kind}},
	})
}

func (c *call) badRequest(detail string) {
	c.problem(http.StatusBadRequest, "Bad request", detail, "common.bad_request")
}

func (c *call) notFound() {
	c.problem(http.StatusNotFound, "Resource not found", "There is no resource for the specified id.", "common.resource_not_found")
}

// created is v2's answer to a POST.
func (c *call) created(id, path string) {
	c.json(http.StatusCreated, object{"id": id, "_meta": object{"links": object{"self": object{"href": c.base() + path}}}})
}

// base is the address that the account names itself by.
func (c *call) base() string { return "http://" + c.r.Host + c.options.Path }

// body decodes the request's JSON object.
func (c *call) body(into any) bool {
	text, err := io.ReadAll(http.MaxBytesReader(c.w, c.r.Body, maxBody))
	return err == nil && json.Unmarshal(text, into) == nil
}
