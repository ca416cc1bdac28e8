package main

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"mime/multipart"
	"net/http"
	"net/url"
	"strings"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
	"passerelle/plugins/sdk/rest"
)

const (
	documentsPath = "/v2/document-management/documents"
	largestFile   = 30 << 20 // v1's limit
)

// documents reads what is known of each document, person by person: the API lists
// no others. Payroll documents are never among them.
func (r *reading) documents() *sdk.Error {
	if len(r.request.Keys) > 0 {
		for _, key := range r.request.Keys {
			person, is := key.Fields["person"].(string)
			if !is {
				return &sdk.Error{Code: "key-not-searchable", Summary: "Personio can't find documents without their person",
					Remedy: `Make person a part of the key: key = ["person", "name"], for example.`, Retry: protocol.Retry_RETRY_AFTER_FIX}
			}
			complaint := r.answerKeys(documentsOf(person), 200, r.document, func(json.RawMessage) []sdk.Key { return []sdk.Key{key} })
			if complaint != nil || r.failed != nil || !r.end.Complete {
				return complaint
			}
		}
		return nil
	}
	var owners []string
	whole, complaint := r.pagesV2(r, requestV2{path: "/v2/persons", right: readEmployees}, emailsAtOnce, func(_ *rest.Response, items []json.RawMessage) (bool, *sdk.Error) {
		for _, item := range items {
			owners = append(owners, text(at(item, "id")))
		}
		return true, nil
	})
	if complaint != nil || !whole {
		return complaint
	}
	for _, owner := range owners {
		if complaint := r.listV2(documentsOf(owner), 200, r.document); complaint != nil || r.failed != nil || !r.end.Complete {
			return complaint
		}
	}
	r.end.Complete = true
	return nil
}

func documentsOf(person string) requestV2 {
	return requestV2{path: documentsPath, query: url.Values{"owner_id": {person}}, right: readDocuments}
}

func (r *reading) document(item json.RawMessage) (json.RawMessage, *sdk.Error) {
	id := text(at(item, "id"))
	if id == "" {
		return nil, badAnswer("a document has no id")
	}
	return encode([]member{{"id", quote(id)}, {"person", asText(at(item, "owner", "id"))}, {"category", asText(at(item, "category", "id"))},
		{"name", orNull(at(item, "name"))}, {"date", orNull(at(item, "date"))}, {"comment", orNull(at(item, "comment"))}, {"size", orNull(at(item, "size"))},
		{"document_type", orNull(at(item, "document_type"))}, {"created_at", orNull(at(item, "created_at"))}}), nil
}

// document uploads through v1 and changes or deletes through v2.
func (w *writing) document(record sdk.WriteRecord, fields object) sdk.WriteResult {
	q := requestV2{path: documentsPath + "/" + escaped(record.ID), shown: documentsPath + "/{id}", right: writeDocuments}
	switch record.Operation {
	case opCreate:
		return w.upload(fields)
	case opDelete:
		if !w.session.Settings.Bool("allow_delete") {
			return failure(&sdk.Error{Code: "delete-not-allowed", Summary: "Personio would erase the document", Detail: "That can't be undone, so it needs a word in the mapping.",
				Remedy: "Write allow_delete = true in the target.", Retry: protocol.Retry_RETRY_AFTER_FIX})
		}
		q.method = http.MethodDelete
		response, complaint := w.callV2(w, q)
		return answered(record.ID, response, complaint)
	case opUpdate:
		return w.changeDocument(record.ID, fields, q)
	}
	return wrongOperation(documents)
}

func (w *writing) changeDocument(id string, fields object, q requestV2) sdk.WriteResult {
	body := map[string]any{}
	var missing []*sdk.Error
	for _, name := range fields.names() {
		switch {
		case name == "person" || name == "file_name" || name == "content":
			missing = append(missing, leftOut(name, "fixed", "Personio can't change the "+strings.ReplaceAll(name, "_", " ")+" of a document", "Delete the document and upload another one."))
		case !fields.filled(name):
			missing = append(missing, cantEmpty(name))
		case name == "category":
			category, unresolved, complaint := w.names.category(w, text(fields[name]))
			if complaint != nil {
				return failure(complaint)
			}
			if unresolved != nil {
				missing = append(missing, unresolved.leftOut(name))
				continue
			}
			body[name] = reference(category)
		default:
			body[name] = fields[name]
		}
	}
	if len(body) == 0 {
		return sdk.WriteResult{Outcome: applied, ID: id, LeftOut: missing}
	}
	q.method, q.body = http.MethodPatch, body
	response, complaint := w.callV2(w, q)
	result := answered(id, response, complaint)
	result.LeftOut = missing
	return result
}

// upload is v1's: a form with the file. Sixty a minute.
func (w *writing) upload(fields object) sdk.WriteResult {
	content, err := base64.StdEncoding.DecodeString(text(fields["content"]))
	switch {
	case err != nil || len(content) == 0:
		return failure(badValue("content"))
	case len(content) > largestFile:
		return failure(&sdk.Error{Code: "too-large", Summary: "Personio takes no file over 30 MB", Remedy: "Make the file smaller, or upload it by hand.", Retry: protocol.Retry_RETRY_AFTER_FIX})
	}
	category, unresolved, complaint := w.names.category(w, text(fields["category"]))
	if complaint == nil && unresolved != nil {
		complaint = unresolved.refusal() // without a category there is no upload
	}
	if complaint != nil {
		return failure(complaint)
	}
	var body bytes.Buffer
	form := multipart.NewWriter(&body)
	parts := [][2]string{{"title", text(fields["name"])}, {"employee_id", text(fields["person"])}, {"category_id", category},
		{"comment", text(fields["comment"])}, {"date", text(fields["date"])}}
	for _, part := range parts {
		if part[1] != "" {
			_ = form.WriteField(part[0], part[1]) // into memory
		}
	}
	file, _ := form.CreateFormFile("file", text(fields["file_name"]))
	_, _ = file.Write(content)
	_ = form.Close()
	response, _, complaint := callV1(w.uploads, w, rest.Request{Method: http.MethodPost, Path: "/v1/company/documents", Body: body.Bytes(),
		Header: http.Header{"Content-Type": {form.FormDataContentType()}}}, writeDocuments)
	return createdAs(response, explainUpload(response, complaint), "data", "id")
}

func explainUpload(response *rest.Response, complaint *sdk.Error) *sdk.Error {
	if complaint == nil || (response.Status != http.StatusNotFound && response.Status != http.StatusUnprocessableEntity) {
		return complaint
	}
	better := *complaint
	said := saidBy(response.Body)
	switch {
	case strings.Contains(said, "documentcategory") || strings.Contains(said, "category"):
		better.Code, better.Summary = "name-not-found", "Personio has no such document category, or it isn't ticked for this credential"
	case strings.Contains(said, "employee"):
		better.Code, better.Summary = "person-not-found", "Personio has nobody with this id"
	case strings.Contains(said, "file"):
		better.Code, better.Summary = "bad-file", "Personio doesn't take this kind of file, or not of this size"
		better.Remedy = "Look at the ending of file_name: pdf, docx, jpg, png, txt and some forty others are taken."
	}
	return &better
}
