package report

import (
	"fmt"
	"time"
)

var frenchDays = [...]string{"dimanche", "lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi"}

var frenchMonths = [...]string{"janvier", "février", "mars", "avril", "mai", "juin", "juillet", "août", "septembre", "octobre", "novembre", "décembre"}

func frenchDay(t time.Time) string {
	day := fmt.Sprint(t.Day())
	if t.Day() == 1 {
		day = "1er"
	}
	return fmt.Sprintf("%s %s %d", day, frenchMonths[t.Month()-1], t.Year())
}

var inFrench = words{
	date: func(t time.Time) string { return frenchDays[t.Weekday()] + " " + frenchDay(t) + t.Format(", 15:04") },
	day:  frenchDay,
	status: map[string]string{
		"succeeded": "Réalisé", "partial": "Réalisation partielle", "blocked": "Bloqué : rien n'a été fait", "failed": "Échec", "running": "En cours",
	},
	done: map[string][3]string{
		"create":     {"arrivée", "arrivées", "compte créé"},
		"link":       {"rattachement", "rattachements", "fiche déjà présente, reliée"},
		"reactivate": {"retour", "retours", "compte réactivé"},
		"deactivate": {"départ", "départs", "compte désactivé"},
		"delete":     {"suppression", "suppressions", "fiche supprimée"},
		"unlink":     {"lien défait", "liens défaits", "la fiche reste telle quelle à la cible"},
		"update":     {"mise à jour", "mises à jour", "fiche mise à jour"},
	},
	outcome: map[string][2]string{
		"held":      {"personne retenue", "personnes retenues"},
		"waiting":   {"personne attend", "personnes attendent"},
		"failed":    {"personne refusée par la cible", "personnes refusées par la cible"},
		"ambiguous": {"personne sans réponse de la cible", "personnes sans réponse de la cible"},
		"skipped":   {"personne laissée telle quelle", "personnes laissées telles quelles"},
		leftOut:     {"personne transmise sans un champ", "personnes transmises sans un champ"},
	},
	reason: map[string]string{
		"missing-required":  "le champ « %s » est obligatoire et il est vide",
		"empty-key":         "le champ « %s » sert à reconnaître la personne et il est vide",
		"empty-condition":   "une condition porte sur un champ vide, on ne peut donc pas y répondre",
		"duplicate-key":     "deux personnes de la source ont le même identifiant ou la même clé",
		"already-linked":    "cette fiche de la cible appartient déjà à une autre personne de la source",
		"ambiguous-match":   "la cible a plusieurs fiches pour la même clé",
		"reference-missing": "le champ « %s » renvoie à une fiche qui n'est pas encore à la cible, et la personne ne peut pas partir sans",
		"reference-cycle":   "le champ « %s » forme une boucle entre plusieurs fiches, et aucune ne peut partir la première",
		"reference-unfit":   "le champ « %s » ne peut pas contenir l'identifiant que la cible a donné",
		"require-unmet":     "l'exigence « %s » n'est pas remplie",
		"would-empty":       "le champ « %s » est vide maintenant ; l'envoyer l'effacerait à la cible",
		"no-update":         "la fiche a changé et la cible ne permet pas de la mettre à jour par cette voie",
		"no-reactivate":     "la personne est revenue et la cible ne permet pas de réactiver son compte par cette voie",
		"not-a-date":        "le champ « %s » ne contient pas une date",
		"not-a-number":      "le champ « %s » ne contient pas un nombre",
		"not-a-timestamp":   "le champ « %s » ne contient pas une date avec une heure",
		"wrong-type":        "le champ « %s » n'a pas la forme attendue",
		"wrong-value":       "le champ « %s » a une valeur qui n'est pas admise",
		"out-of-range":      "le champ « %s » dépasse ce qui est admis",
		"unknown-value":     "une valeur n'est pas dans la table de correspondance",
		"ambiguous":         "envoyée, et la cible n'a jamais répondu : on ne sait pas si c'est fait",
		"unanswered":        "envoyée, et la cible n'a pas répondu",
		"invalid":           "la cible refuse la fiche",
		"conflict":          "la cible a déjà une autre fiche qui la contredit",
		"forbidden":         "la clé n'a pas le droit de faire cela à la cible",
		"unauthorized":      "la clé n'est pas acceptée par la cible",
		"not-found":         "la fiche n'existe plus à la cible",
		"unavailable":       "la cible n'était pas disponible",
		"rate-limited":      "la cible a reçu trop de demandes",
		"server-error":      "la cible a eu une erreur",
		"name-not-found":    "la cible ne connaît pas ce nom",
		"ambiguous-name":    "la cible a plusieurs fois ce nom",
		"fixed":             "la cible ne permet plus de le changer",
		"changed-since":     "quelque chose a changé depuis ce passage",
	},
	remedy: map[string]string{
		"name-not-found":    "Ajouter le nom à la cible, ou le corriger dans la source ; le champ est renvoyé à chaque passage.",
		"reference-missing": "Regarder pourquoi l'autre fiche n'est pas transmise ; celle-ci suivra d'elle-même.",
		"reference-cycle":   "Corriger la boucle dans la source.",
		"missing-required":  "Remplir le champ dans la source ; la personne partira au prochain passage.",
		"empty-key":         "Remplir le champ dans la source.",
		"unknown-value":     "Ajouter la valeur à la table de correspondance de la passerelle, ou corriger la fiche dans la source.",
		"duplicate-key":     "Corriger l'une des deux fiches dans la source.",
		"ambiguous":         "Regarder à la cible, puis dire ce qui s'est passé : engine held drop PERSONNE --target ID, ou --send-again.",
		"unanswered":        "Rien à faire : le prochain passage recommence.",
		"unavailable":       "Rien à faire : le prochain passage recommence.",
		"rate-limited":      "Rien à faire : le prochain passage recommence.",
		"server-error":      "Rien à faire : le prochain passage recommence.",
	},
	part: map[string][2]string{
		"read":     {"lecture en attente de votre accord", "lecture en attente de votre accord"},
		"removals": {"départ en attente de votre accord", "départs en attente de votre accord"},
		"gone":     {"personne qui n'est plus lue, en attente de votre accord", "personnes qui ne sont plus lues, en attente de votre accord"},
		"scope":    {"personne hors du filtre modifié, en attente de votre accord", "personnes hors du filtre modifié, en attente de votre accord"},
		"creates":  {"arrivée en attente de votre accord", "arrivées en attente de votre accord"},
		"sharp":    {"changement sensible en attente de votre accord", "changements sensibles en attente de votre accord"},
		"changes":  {"changement en attente de votre accord", "changements en attente de votre accord"},
		"nulls":    {"valeur vidée en attente de votre accord", "valeurs vidées en attente de votre accord"},
		"held":     {"personne retenue fait attendre les autres", "personnes retenues font attendre les autres"},
		"identity": {"identifiant qui était quelqu'un d'autre, en attente de votre accord", "identifiants qui étaient quelqu'un d'autre, en attente de votre accord"},
	},
	cases: map[string]string{
		"provisioning": "provisionnement", "update": "mise à jour", "deprovisioning": "déprovisionnement", "link": "lien", "reactivation": "réactivation", "unlink": "lien défait",
	},
	verdict:  map[string]string{Success: "réussi", Failure: "échec", Skip: "ignoré"},
	columns:  [6]string{"Date", "Personne", "Identifiants : source, cible", "Opération", "Statut", "Message"},
	everyone: "Personne par personne",
	profile:  "fiche de %s",
	further:  " ; ",
	but:      "sans le champ « %s »",
	inField:  "champ « %s »",
	waits:    "en attente de votre accord",
	people:   [2]string{"personne", "personnes"},
	others:   [2]string{"autre", "autres"},
	calls:    [2]string{"appel", "appels"},
	one:      func(n int64) bool { return n < 2 },
	quote:    [2]string{"« ", " »"},
	and:      "et",
	colon:    " :",
	same:     [2]string{"sans changement", "sans changement"},
	yours:    "Vous seul pouvez le faire",
	notDone:  "Rien n'a été fait pour",
	nothing:  "Rien à faire : tout le monde est à jour.",
	settled:  "Rien à faire : ce qui a changé est à jour.",
	pilot:    "Passage limité à des personnes choisies : les autres n'ont pas été touchées.",
	running:  "Ce passage n'est pas terminé ; ce rapport dit ce qui est fait jusqu'ici.",
	problem:  "Le passage s'est arrêté",
	gone:     [2]string{"personne n'est plus lue", "personnes ne sont plus lues"},
	goneSay:  [2]string{"laissée telle quelle : une absence n'est pas un départ", "laissées telles quelles : une absence n'est pas un départ"},
	ifRight:  "Si c'est exact",
	byHand:   [2]string{"différence à reporter", "différences à reporter"},
	byHandIn: "champ « %s » : envoyé à la création et au retour seulement",
	known:    "connu jusqu'au %s",
	reads:    "Lectures : %s.",
	readAll:  "%s annoncées, %d lues",
	callsTo:  "%s à %s",
	least:    "le moins possible est %d",
	isLeast:  "le moins possible",
	unread:   "%s lues, sans total annoncé",
	unkept:   "Le détail de ce passage n'est plus conservé.",
}
