package personio

import (
	"io"
	"net/http"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
)

const largestFile = 30 << 20

// extensions are those that v1 takes.
var extensions = strings.Fields("pdf docx doc jpg zip png txt jpeg odt xlsx rtf htm xls p7s pptx pages rar ppt gif tif html msg asc tiff wps bmp 7z " +
	"csv ics vcf dotx numbers eps gz ods otf odp odg rtfd txz webarchive xml xps md fax")

type document struct {
	ID, Owner, Category, Name, Date, Comment string
	Content                                  []byte
	Created                                  time.Time
}

func (c *call) categoriesV1() {
	if !c.mayV1("documents", "r") {
		return
	}
	data := []object{}
	for _, category := range c.categories {
		if c.mayCategory(numeric(category.ID)) {
			data = append(data, object{"id": numeric(category.ID), "type": "DocumentCategory", "attributes": object{"name": category.Name}})
		}
	}
	c.json(http.StatusOK, object{"success": true, "data": data})
}

func (c *call) mayCategory(id int) bool {
	return c.rights.Categories == nil || slices.Contains(c.rights.Categories, id)
}

// upload is POST /company/documents, the only way to upload.
func (c *call) upload() {
	if !c.mayV1("documents", "w") {
		return
	}
	c.r.Body = http.MaxBytesReader(c.w, c.r.Body, maxBody)
	if err := c.r.ParseMultipartForm(maxBody); err != nil {
		c.fail(http.StatusUnprocessableEntity, 0, "The given data was invalid.")
		return
	}
	defer func() { _ = c.r.MultipartForm.RemoveAll() }()
	category := c.r.FormValue("category_id")
	id, _ := strconv.Atoi(category)
	if _, known := nameOf(c.categories, category); !known || !c.mayCategory(id) {
		c.fail(http.StatusNotFound, 0, "No query results for model [DocumentCategory] "+category)
		return
	}
	owner := c.personByID(c.r.FormValue("employee_id"))
	if owner == nil {
		c.fail(http.StatusNotFound, 0, "No query results for model [Employee]")
		return
	}
	file, header, err := c.r.FormFile("file")
	if err != nil || c.r.FormValue("title") == "" {
		c.fail(http.StatusUnprocessableEntity, 0, "The given data was invalid.")
		return
	}
	defer file.Close()
	content, _ := io.ReadAll(file)
	wrong := ""
	switch {
	case len(content) > largestFile:
		wrong = "The file may not be greater than 30720 kilobytes."
	case !slices.Contains(extensions, strings.ToLower(strings.TrimPrefix(path.Ext(header.Filename), "."))):
		wrong = "The file must be a file of type: " + strings.Join(extensions, ", ") + "."
	}
	if wrong != "" {
		c.json(http.StatusUnprocessableEntity, object{"success": false, "error": object{"code": 0, "message": "The given data was invalid.",
			"error_data": object{"file": []string{wrong}}}})
		return
	}
	d := &document{ID: strconv.Itoa(c.number()), Owner: strconv.Itoa(owner.ID), Category: category, Name: c.r.FormValue("title"),
		Date: c.r.FormValue("date"), Comment: c.r.FormValue("comment"), Content: content, Created: c.now()}
	c.documents = append(c.documents, d)
	c.tell("document.created", object{"id": d.ID})
	name, _ := nameOf(c.categories, category)
	attributes := object{"title": d.Name, "comment": d.Comment, "employee": c.shortEmployee(owner),
		"category": object{"id": id, "type": "DocumentCategory", "attributes": object{"name": name}}}
	if d.Date != "" {
		attributes["date"] = d.Date
	}
	c.json(http.StatusCreated, object{"success": true, "data": object{"id": numeric(d.ID), "type": "Document", "attributes": attributes}})
}

// documentsV2 lists one person's documents, changes what is said of one, deletes
// and downloads. It can't upload.
func (c *call) documentsV2(rest []string) {
	if len(rest) == 0 {
		c.method(map[string]func(){http.MethodGet: c.listDocuments})
		return
	}
	i := slices.IndexFunc(c.documents, func(d *document) bool { return d.ID == rest[0] })
	what := "w"
	if c.r.Method == http.MethodGet {
		what = "r"
	}
	if !c.mayV2("documents", what) {
		return
	}
	if i < 0 {
		c.notFound()
		return
	}
	d := c.documents[i]
	c.method(map[string]func(){
		http.MethodPatch: func() { c.patchDocument(d) },
		http.MethodDelete: func() {
			c.documents = slices.Delete(c.documents, i, i+1)
			c.w.WriteHeader(http.StatusNoContent)
		},
		http.MethodGet: func() {
			if len(rest) < 2 || rest[1] != "download" {
				c.notFound()
				return
			}
			c.w.Header().Set("Content-Type", "application/octet-stream")
			_, _ = c.w.Write(d.Content)
		},
	})
}

func (c *call) listDocuments() {
	if !c.mayV2("documents", "r") {
		return
	}
	if c.r.URL.Query().Get("owner_id") == "" && c.r.URL.Query().Get("cursor") == "" {
		c.badRequest("Provided request parameters are invalid.")
		return
	}
	var items []object
	for _, d := range c.documents {
		item := object{"id": d.ID, "name": d.Name, "comment": d.Comment, "category": object{"id": d.Category}, "owner": object{"id": d.Owner},
			"size": len(d.Content), "created_at": d.Created.Format(time.RFC3339), "virus_scan": object{"status": "CLEAN"}}
		if d.Date != "" {
			item["date"] = d.Date
		}
		items = append(items, item)
	}
	c.list(listing{path: "/v2/document-management/documents", items: items, most: 200, otherwise: 100,
		filters: map[string][]string{"owner.id": {""}, "category.id": {""}, "created_at": {".gte", ".lt"}},
		alias:   map[string]string{"owner_id": "owner.id", "category_id": "category.id"}})
}

func (c *call) patchDocument(d *document) {
	var body map[string]any
	if !c.body(&body) || slices.ContainsFunc([]string{"name", "date", "comment", "category"}, func(n string) bool { v, named := body[n]; return named && v == nil }) {
		c.badRequest("Provided request parameters are invalid.")
		return
	}
	for name, into := range map[string]*string{"name": &d.Name, "date": &d.Date, "comment": &d.Comment} {
		if text, is := body[name].(string); is {
			*into = text
		}
	}
	if id, named := idIn(body["category"]); named {
		if _, known := nameOf(c.categories, id); !known {
			c.badRequest("Provided request parameters are invalid.")
			return
		}
		d.Category = id
	}
	c.json(http.StatusOK, object{"id": d.ID})
}
