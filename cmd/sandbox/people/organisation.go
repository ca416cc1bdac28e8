package people

import "fmt"

// Establishment is one place of work; Lucca's v3 calls it a legal entity.
type Establishment struct {
	ID          int
	Name        string
	Street      string
	City        string
	LegalUnitID int

	landline string // the block for fiction of its region, four pairs of digits begin with it
}

// LegalUnit is a firm in the eyes of the law: it has a SIREN, and establishments.
type LegalUnit struct {
	ID           int
	Name         string
	Code         string
	SIREN        string
	Headquarters int // Establishment.ID
}

// Department is a node of the tree. Parent is 0 at the root.
type Department struct {
	ID       int
	Name     string
	Code     string
	Parent   int
	HeadID   int // an Employee, or 0
	Sort     int // place among its siblings, from 1
	Level    int // 1 at the root
	IsActive bool
	Jobs     []string
}

// Country is a nationality as the tenant writes it: the country's French name.
type Country struct {
	ID   int // ISO 3166-1 numeric
	Name string
}

// Section groups custom fields of the employee file under one right.
type Section struct {
	Name   string
	Fields []CustomField
}

// CustomField is one custom field of the employee file.
type CustomField struct {
	Code     string // e_…, as Lucca spells it
	Name     string
	Format   string // "text", "select", "date", "file" (a GUID) or "object" (several values in one)
	Multiple bool
	Entries  []Entry // of a select
}

// Entry is one value of a choice list.
type Entry struct {
	ID   int
	Name string
}

// The landline blocks are those that the French numbering plan keeps for
// audiovisual works (ARCEP decision 2018-0881, article 2.5.12).
func establishments() []Establishment {
	return []Establishment{
		{ID: 1, Name: "Maison Exemple Paris", Street: "rue des Quatre-Vents", City: "75000 Paris", LegalUnitID: 1, landline: "019900"},
		{ID: 2, Name: "Maison Exemple Lyon", Street: "montée de l'Observance", City: "69000 Lyon", LegalUnitID: 1, landline: "046571"},
		{ID: 3, Name: "Maison Exemple Nantes", Street: "quai de la Fosse", City: "44000 Nantes", LegalUnitID: 1, landline: "026191"},
		{ID: 4, Name: "Maison Exemple Lille", Street: "rue d'Angleterre", City: "59000 Lille", LegalUnitID: 2, landline: "035301"},
		{ID: 5, Name: "Maison Exemple Toulouse", Street: "allée Forain-François-Verdier", City: "31000 Toulouse", LegalUnitID: 2, landline: "053649"},
	}
}

// The SIREN numbers fail the check that real ones pass.
func legalUnits() []LegalUnit {
	return []LegalUnit{
		{ID: 1, Name: "Maison Exemple SAS", Code: "ME", SIREN: "999999991", Headquarters: 1},
		{ID: 2, Name: "Maison Exemple Services", Code: "MES", SIREN: "999999992", Headquarters: 4},
	}
}

// SIRET is the establishment's number: its legal unit's, then its own.
func (c *Company) SIRET(e Establishment) string {
	unit, _ := c.LegalUnit(e.LegalUnitID)
	return fmt.Sprintf("%s%05d", unit.SIREN, 10+e.ID)
}

// LegalUnit finds one firm.
func (c *Company) LegalUnit(id int) (LegalUnit, bool) {
	for _, unit := range c.LegalUnits {
		if unit.ID == id {
			return unit, true
		}
	}
	return LegalUnit{}, false
}

func departments() []Department {
	return []Department{
		{ID: 1, Name: "Direction générale", Code: "DG", Sort: 1, Level: 1, Jobs: []string{"Directeur ou directrice de projet"}},
		{ID: 2, Name: "Ressources humaines", Code: "RH", Parent: 1, Sort: 1, Level: 2, Jobs: []string{"Responsable RH"}},
		{ID: 3, Name: "Paie et administration", Code: "RH-PAIE", Parent: 2, Sort: 1, Level: 3, Jobs: []string{"Gestionnaire de paie"}},
		{ID: 4, Name: "Recrutement et formation", Code: "RH-FORM", Parent: 2, Sort: 2, Level: 3, Jobs: []string{"Chargé·e de recrutement"}},
		{ID: 5, Name: "Finance", Code: "FIN", Parent: 1, Sort: 2, Level: 2, Jobs: []string{"Trésorier ou trésorière"}},
		{ID: 6, Name: "Comptabilité", Code: "FIN-CPTA", Parent: 5, Sort: 1, Level: 3, Jobs: []string{"Comptable", "Aide-comptable"}},
		{ID: 7, Name: "Contrôle de gestion", Code: "FIN-CG", Parent: 5, Sort: 2, Level: 3, Jobs: []string{"Contrôleur ou contrôleuse de gestion"}},
		{ID: 8, Name: "Systèmes d'information", Code: "SI", Parent: 1, Sort: 3, Level: 2, Jobs: []string{"Architecte"}},
		{ID: 9, Name: "Développement", Code: "SI-DEV", Parent: 8, Sort: 1, Level: 3, Jobs: []string{"Développeur ou développeuse"}},
		{ID: 10, Name: "Infrastructure", Code: "SI-INFRA", Parent: 8, Sort: 2, Level: 3, Jobs: []string{"Administrateur ou administratrice système"}},
		{ID: 11, Name: "Commerce", Code: "COM", Parent: 1, Sort: 4, Level: 2, Jobs: []string{"Ingénieur·e commercial·e"}},
		{ID: 12, Name: "Grands comptes", Code: "COM-GC", Parent: 11, Sort: 1, Level: 3, Jobs: []string{"Chargé·e de comptes"}},
		{ID: 13, Name: "Service clients", Code: "COM-SC", Parent: 11, Sort: 2, Level: 3, Jobs: []string{"Conseiller ou conseillère clientèle"}},
		{ID: 14, Name: "Production", Code: "PROD", Parent: 1, Sort: 5, Level: 2, Jobs: []string{"Ordonnancement"}},
		{ID: 15, Name: "Atelier", Code: "PROD-AT", Parent: 14, Sort: 1, Level: 3, Jobs: []string{"Opérateur ou opératrice", "Régleur ou régleuse"}},
		{ID: 16, Name: "Qualité & sécurité", Code: "PROD-QS", Parent: 14, Sort: 2, Level: 3, Jobs: []string{"Technicien·ne qualité"}},
		{ID: 17, Name: "Logistique", Code: "PROD-LOG", Parent: 14, Sort: 3, Level: 3, Jobs: []string{"Cariste", "Préparateur ou préparatrice"}},
		{ID: 18, Name: "Télex", Code: "TELEX", Parent: 1, Sort: 6, Level: 2}, // archived: nobody works there
	}
}

// French first, and often: see nationality.
func countries() []Country {
	return []Country{
		{250, "France"}, {56, "Belgique"}, {620, "Portugal"}, {724, "Espagne"}, {380, "Italie"},
		{276, "Allemagne"}, {504, "Maroc"}, {12, "Algérie"}, {788, "Tunisie"}, {686, "Sénégal"},
		{384, "Côte d'Ivoire"}, {616, "Pologne"}, {642, "Roumanie"}, {826, "Royaume-Uni"},
		{756, "Suisse"}, {450, "Madagascar"}, {203, "Tchéquie"}, {792, "Turquie"},
	}
}

func sections() []Section {
	return []Section{
		{Name: "Formation", Fields: []CustomField{
			{Code: "e_diploma", Name: "Diplôme", Format: "text"},
			{Code: "e_languages", Name: "Langues", Format: "text", Multiple: true},
			{Code: "e_driving_licence", Name: "Permis de conduire", Format: "select",
				Entries: []Entry{{84, "Permis B"}, {85, "Permis C"}, {86, "CACES 3"}}},
			{Code: "e_diploma_date", Name: "Date d'obtention", Format: "date"},
		}},
		{Name: "Adresse", Fields: []CustomField{
			{Code: "e_Nom-de-la-voie", Name: "Nom de la voie", Format: "text"},
			{Code: "e_Codepostal", Name: "Code postal", Format: "text"},
		}},
		{Name: "Documents", Fields: []CustomField{
			{Code: "e_badge", Name: "Photo du badge", Format: "file"},
			{Code: "e_urgence", Name: "Contact d'urgence", Format: "object"},
		}},
	}
}
