package people

// Expressions are the mapping in CEL, one a column: what MapByHand does.
var Expressions = []string{
	"person.matricule",
	"person.last_name.upper()",
	"person.first_name + ' ' + person.last_name",
	"person.mail.lower()",
	"person.civility == 'Miss' ? 'Mme' : 'M.'",
	"person.birth_date.format('dd/MM/yyyy')",
	"person.contract_start",
	"person.phone.replace(' ', '')",
	"person.site in ['Lyon', 'Grenoble', 'Annecy'] ? 'Sud-Est' : 'Autre'",
}
