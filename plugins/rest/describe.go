package main

import (
	"strconv"

	"passerelle/plugins/protocol"
	"passerelle/plugins/sdk"
)

const version = "1.0.0"

// rateLimit is a courtesy to an API of which nothing is known.
const rateLimit = "10/s"

// resource is the only one: what an API holds is not known before the mapping
// file says it, and Describe comes before any file.
const resource = "records"

const about = "Any API that speaks JSON over HTTP. It knows nothing of any system: paths, pages, fields and endpoints are those of the mapping file. " +
	"One connection is for one collection of records."

// Describe implements sdk.Connector.
func (*connector) Describe() *sdk.Description {
	return &sdk.Description{
		Name:         "rest",
		Version:      version,
		Title:        &sdk.Text{Fr: "Une API JSON", En: "A JSON API"},
		About:        about,
		Settings:     append(connectionSettings(), authSettings()...),
		Resources:    []*sdk.Resource{records()},
		RateLimit:    rateLimit,
		Capabilities: []string{"check"},
	}
}

// records has no endpoint of its own: those that the mapping file declares are all
// there are. That it may declare them is said by naming find, which alone promises
// nothing. Its identity is the source block's own id.
func records() *sdk.Resource {
	return &sdk.Resource{
		Name: resource, Label: &sdk.Text{Fr: "Enregistrements", En: "Records"},
		Readable: true, Writable: true, Open: true,
		ReadSettings: readSettings(),
		Endpoints:    []*sdk.Endpoint{{Operation: protocol.Operation_OPERATION_FIND, Declarable: true}},
		WriteForm:    protocol.WriteForm_WRITE_FORM_OPERATIONS,
		LookUp:       []string{"ids", "keys"},
	}
}

func setting(name, kind, fr, en, about string, more ...func(*sdk.Setting)) *sdk.Setting {
	s := &sdk.Setting{Name: name, Type: kind, Label: &sdk.Text{Fr: fr, En: en}, About: about}
	for _, change := range more {
		change(s)
	}
	return s
}

func required(s *sdk.Setting) { s.Required = true }
func secret(s *sdk.Setting)   { s.Secret = true }

func oneOf(words ...string) func(*sdk.Setting) { return func(s *sdk.Setting) { s.OneOf = words } }

func defaultText(text string) func(*sdk.Setting) {
	return func(s *sdk.Setting) { s.DefaultJson = strconv.Quote(text) }
}

func connectionSettings() []*sdk.Setting {
	return []*sdk.Setting{
		setting("url", "string", "Adresse de l'API", "The API's address", "What comes before every path, with https; http is for this machine alone.", required),
		setting("name", "string", "Nom de l'API", "The API's name", "As people say it, in messages. Without it, the host's name."),
		setting("collection", "string", "Collection", "Collection", "Which of the API's collections this connection is for. Links are kept apart by it: two mappings between the same two systems need two."),
		setting("headers", "map(string)", "En-têtes", "Headers", "Sent with every request, such as a version. A secret has a setting of its own."),
		setting("rate_limit", "rate", "Débit maximal", "Rate limit", "Requests per s, min or h, shared by all connections to one url.", defaultText(rateLimit)),
		setting("timeout", "duration", "Délai d'attente", "Time-out", "Of one request.", defaultText("30s")),
		setting("batch_size", "int", "Taille des lots", "Batch size", "The most records in one request, where an endpoint sends batches: 1 to 1000.", func(s *sdk.Setting) { s.DefaultJson = "100" }),
		sdk.ProfileSetting(),
	}
}

func authSettings() []*sdk.Setting {
	return []*sdk.Setting{
		setting("auth", "string", "Authentification", "Authentication", "How the API knows who asks.", required, oneOf("none", "key", "bearer", "basic", "oauth2", "hmac")),
		setting("api_key", "string", "Clé API", "API key", "For auth = key.", secret),
		setting("key_header", "string", "En-tête de la clé", "Header of the key", "Default X-Api-Key."),
		setting("key_prefix", "string", "Préfixe de la clé", "Prefix of the key", `What stands before the key in its header, such as "Token ".`),
		setting("token", "string", "Jeton", "Token", "For auth = bearer.", secret),
		setting("username", "string", "Utilisateur", "User name", "For auth = basic."),
		setting("password", "string", "Mot de passe", "Password", "For auth = basic.", secret),
		setting("client_id", "string", "Identifiant client", "Client id", "For auth = oauth2, client credentials."),
		setting("client_secret", "string", "Secret client", "Client secret", "For auth = oauth2.", secret),
		setting("token_url", "string", "Adresse du jeton", "The token's address", "For auth = oauth2: a whole address, or a path that begins with / on the API's own host."),
		setting("scope", "string", "Portée", "Scope", "For auth = oauth2, as the API writes it."),
		setting("audience", "string", "Audience", "Audience", "For auth = oauth2, where the server wants one."),
		setting("secret_in_body", "bool", "Secret dans le corps", "Secret in the body", "For auth = oauth2: id and secret go into the form, not into a header."),
		setting("hmac_secret", "string", "Secret de signature", "Signing secret", "For auth = hmac.", secret),
		setting("hmac_header", "string", "En-tête de signature", "Header of the signature", "Default X-Signature."),
		setting("hmac_prefix", "string", "Préfixe de signature", "Prefix of the signature", `Such as "sha256=" or "HMAC {key}:".`),
		setting("hmac_algorithm", "string", "Algorithme", "Algorithm", "Default sha256.", oneOf("sha256", "sha512", "sha1")),
		setting("hmac_encoding", "string", "Encodage", "Encoding", "Default hex.", oneOf("hex", "base64", "base64url")),
		setting("hmac_parts", "list(string)", "Parties signées", "Signed parts", "In order; default method, path, timestamp, body.", oneOf("method", "host", "path", "query", "timestamp", "key", "body", "body-hash")),
		setting("hmac_separator", "string", "Séparateur", "Separator", "Between the parts; default a line break."),
		setting("hmac_key", "string", "Identifiant de clé", "Key id", "Names the secret to the API; no secret itself."),
		setting("hmac_key_header", "string", "En-tête de l'identifiant", "Header of the key id", "That carries hmac_key."),
		setting("hmac_timestamp", "string", "Forme de l'heure", "Form of the time", "Default unix.", oneOf("unix", "unix-ms", "rfc3339")),
		setting("hmac_timestamp_header", "string", "En-tête de l'heure", "Header of the time", "Default X-Timestamp."),
	}
}

// readSettings say where records are and how one knows that all were read. None
// is required here, because a look-up at a target comes without them.
func readSettings() []*sdk.Setting {
	return []*sdk.Setting{
		setting("path", "string", "Chemin", "Path", "Of the list, below the connection's url."),
		setting("query", "map(string)", "Paramètres", "Parameters", "Sent with every page."),
		setting("headers", "map(string)", "En-têtes", "Headers", "Of this resource alone."),
		setting("items", "string", "Liste", "List", "Where the answer holds the list; without it, the answer is the list."),
		setting("fields_param", "string", "Paramètre des champs", "Parameter of the fields", "Carries the declared paths, joined by commas, where the API can leave out the rest."),
		setting("paging", "string", "Pagination", "Paging", `How the list is cut into pages. "none": the API gives everything at once.`, oneOf("none", "page", "offset", "cursor", "next", "link")),
		setting("page_param", "string", "Paramètre de page", "Parameter of the page", "Carries the number, offset or cursor; default: page, offset or cursor."),
		setting("size_param", "string", "Paramètre de taille", "Parameter of the size", "Carries page_size."),
		setting("page_size", "int", "Taille de page", "Page size", "Records to ask for a page."),
		setting("first_page", "int", "Première page", "First page", "Its number; default 1."),
		setting("total", "string", "Total", "Total", "Where the answer counts the records of all pages. Best proof of having read all."),
		setting("pages", "string", "Nombre de pages", "Number of pages", "Where the answer counts the pages."),
		setting("more", "string", "Suite", "More", "Where the answer says whether there is more."),
		setting("next", "string", "Page suivante", "Next page", "Where the answer holds the next page's cursor or address."),
		setting("record_path", "string", "Chemin d'un enregistrement", "Path of one record", "With {id}, where one record can be fetched."),
		setting("record_items", "string", "Enveloppe d'un enregistrement", "Wrapper of one record", "Where that answer holds the record."),
	}
}
