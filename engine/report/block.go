package report

import "passerelle/engine/plan"

// sayOf and doOf are what a guard says of what it stopped: in French as far as
// this package knows the guard, else as the guard wrote it.
func sayOf(b *plan.Block, lang Language) string { return inLanguage(b.Code, b.Say, lang, sayFrench) }

func doOf(b *plan.Block, lang Language) string { return inLanguage(b.Code, b.Do, lang, doFrench) }

func inLanguage(code, english string, lang Language, french map[string]string) string {
	if lang == English || english == "" {
		return english
	}
	if text, known := french[code]; known {
		return text
	}
	return inFrench.quote[0] + english + inFrench.quote[1]
}

var sayFrench = map[string]string{
	"removals":            "Ils sont plus nombreux, avec ceux des sept derniers jours, que ce qui peut partir sans l'accord de quelqu'un.",
	"read-not-whole":      "La source n'a pas été lue en entier : rien n'a été préparé et rien n'est envoyé.",
	"read-empty":          "La source n'a donné personne. Une liste vide veut dire le plus souvent un droit manquant ou un filtre faux, pas une entreprise vide.",
	"removals-unproven":   "Ils sont dans la dernière liste écrite, mais la source ne les donne plus, ou le filtre ne les retient plus, et leur dernière ligne a plus de 7 jours. Les omettre serait dire qu'ils sont partis, ce que leur fiche ne dit pas : la liste n'est pas écrite sans l'accord de quelqu'un.",
	"snapshot-incomplete": "La liste vaut pour tout le monde : qui n'y est pas est parti. Quelqu'un y manquerait, et sa dernière ligne ne peut plus le remplacer : rien n'a été écrit.",
	"snapshot-empty":      "La liste serait vide, ce qui dirait que tout le monde est parti : rien n'a été écrit.",
}

var doFrench = map[string]string{
	"removals":            "Sinon : corriger la fiche dans la source ; qui ne part plus disparaîtra de cette liste au prochain passage.",
	"removals-unproven":   "S'ils sont partis, donner son accord ; sinon les remettre dans la source, ou corriger le filtre.",
	"snapshot-incomplete": "Compléter les fiches retenues, et relancer. Le fichier en place reste tel quel.",
	"snapshot-empty":      "Regarder qui est retenu ou en attente, et le filtre. Le fichier en place reste tel quel.",
	"read-not-whole":      "Relancer ; si cela dure, regarder la source ou son connecteur.",
	"read-empty":          "Vérifier ce que la clé peut lire, et les réglages de la source.",
}
