package plan

import (
	"fmt"
	"strconv"
)

// What blocks say. It is read by an HR administrator who has to answer, so it
// names no code and no endpoint, and says how many, against what, and why that
// is asked.

// people is a number of people; personnes is the same in French.
func people(n int64) string    { return counted(n, "1 person", "people") }
func personnes(n int64) string { return counted(n, "1 personne", "personnes") }

// accord is a number of people and what they do, in French.
func accord(n int64, one, many string) string {
	if n == 1 {
		return personnes(n) + " " + one
	}
	return personnes(n) + " " + many
}

func counted(n int64, one, many string) string {
	if n == 1 {
		return one
	}
	return strconv.FormatInt(n, 10) + " " + many
}

// plus is a sentence in both languages, each with its own arguments.
func plus(fr, en string) Text { return Text{FR: fr, EN: en} }

func (t Text) and(more Text) Text { return Text{FR: t.FR + " " + more.FR, EN: t.EN + " " + more.EN} }

func sayShrunken(received, high, may int64) Text {
	return plus(
		fmt.Sprintf("La source n'a donné que %s, contre %s au plus fort des %d derniers jours : il en manque %d, et plus de %d en moins ressemble à un filtre ou à un droit perdu plutôt qu'à des départs.",
			personnes(received), personnes(high), readDays, high-received, may),
		fmt.Sprintf("The source gave %s only, and up to %s in the last %d days: %d are missing, and more than %d fewer looks like a filter or a right that was lost rather than like people who left.",
			people(received), people(high), readDays, high-received, may))
}

func sayDepartures(part string, l limited) Text {
	var text Text
	switch part {
	case PartGone:
		text = plus(
			fmt.Sprintf("La source ne donne plus %s, sans dire qu'il s'agit de départs ; leur accès serait coupé.", personnes(l.open)),
			fmt.Sprintf("The source no longer gives %s, and does not say that they left; they would be switched off at the target.", people(l.open)))
	case PartScope:
		text = plus(
			fmt.Sprintf("%s du périmètre parce que le filtre a été modifié ou vient d'être appliqué, alors que rien ne dit un départ ; leur accès serait coupé.", accord(l.open, "sortirait", "sortiraient")),
			fmt.Sprintf("%s would fall out of scope because the filter was edited or is applied for the first time, and nothing says that they left; they would be switched off at the target.", people(l.open)))
	default:
		text = plus(
			fmt.Sprintf("%s la cible d'un coup, sans que rien ne l'ait annoncé.", accord(l.open, "quitterait", "quitteraient")),
			fmt.Sprintf("%s would leave the target at once, and nothing had announced it.", people(l.open)))
	}
	if l.done > 0 {
		text = text.and(plus(
			fmt.Sprintf("%s de la même façon ces %d derniers jours.", accord(l.done, "est déjà partie", "sont déjà parties"), limitDays),
			fmt.Sprintf("%s left in the same way in the last %d days.", people(l.done), limitDays)))
	}
	return text.and(sayLimit(l, "partir", "leave"))
}

// sayLimit says what may happen without being asked.
func sayLimit(l limited, fr, en string) Text {
	if l.limit+l.expected == 0 {
		return plus("Cela ne se fait jamais sans l'accord de quelqu'un.", "That never happens without somebody's word.")
	}
	text := plus(
		fmt.Sprintf("Sans l'accord de quelqu'un, au plus %d personnes sur les %d qui sont liées peuvent %s en %d jours", l.limit, l.of, fr, limitDays),
		fmt.Sprintf("Without somebody's word, at most %d of the %d who are linked may %s within %d days", l.limit, l.of, en, limitDays))
	if l.expected > 0 {
		text.FR += fmt.Sprintf(", plus %d annoncées", l.expected)
		text.EN += fmt.Sprintf(", and %d more that were announced", l.expected)
	}
	return Text{FR: text.FR + ".", EN: text.EN + "."}
}

func doDepartures(part string) Text {
	switch part {
	case PartGone:
		return plus(
			"Vérifiez d'abord que la source donne bien tout le monde. Si ces personnes sont parties, donnez votre accord ; celle qui réapparaît disparaît de cette liste.",
			"Check first that the source gives everybody. If they have left, agree to it; whoever appears again is gone from this list at the next run.")
	case PartScope:
		return plus(
			"Si le nouveau filtre est voulu, donnez votre accord. Sinon, remettez l'ancien : rien n'a été fait pour ces personnes.",
			"If the new filter is meant, agree to it. Otherwise put the old one back: nothing was done to these people.")
	}
	return plus(
		"Si c'est juste, donnez votre accord ; sinon corrigez la fiche dans la source : une personne qui ne part plus disparaît de cette liste à la prochaine exécution.",
		"If it is right, agree to it; else correct the record at the source: whoever is no longer leaving is gone from this list at the next run.")
}

func sayCreates(l limited, first bool) Text {
	if first {
		return plus(
			fmt.Sprintf("C'est la première fois, et %s. La cible n'est pas vide, ou ne peut pas montrer qu'elle l'est, et l'on ne peut pas y retrouver qui s'y trouve déjà : quelqu'un pourrait y être en double.", accord(l.open, "serait créée", "seraient créées")),
			fmt.Sprintf("This is the first time, and %s would be created. The target is not empty, or can't show that it is, and nobody who is already there can be found: people might be there twice.", people(l.open)))
	}
	text := plus(
		fmt.Sprintf("%s d'un coup, sans avoir été attendues.", accord(l.open, "serait créée", "seraient créées")),
		fmt.Sprintf("%s would be created at once, and nobody was waiting for them.", people(l.open)))
	if l.done > 0 {
		text = text.and(plus(
			fmt.Sprintf("%s ces %d derniers jours.", accord(l.done, "l'a déjà été", "l'ont déjà été"), limitDays),
			fmt.Sprintf("%s were created in the last %d days.", people(l.done), limitDays)))
	}
	return text.and(sayLimit(l, "être créées", "be created"))
}

func doCreates(first bool) Text {
	if first {
		return plus(
			"Regardez dans la cible si ces personnes n'y sont pas déjà. Si elles n'y sont pas, donnez votre accord.",
			"Look at the target whether these people are there already. If they are not, agree to it.")
	}
	return plus(
		"Si ces personnes arrivent vraiment, donnez votre accord ; sinon regardez le filtre de la source, ou si leurs identifiants y ont changé.",
		"If these people really arrive, agree to it; else look at the filter of the source, and whether its ids have changed.")
}

func sayCells(field string, what kind, l limited, same, edited, fact bool) Text {
	name := fmt.Sprintf("%q", field)
	var text Text
	switch {
	case same:
		text = plus(
			fmt.Sprintf("Le champ %s prendrait la même valeur pour tout le monde ; elle changerait pour %s.", name, personnes(l.open)),
			fmt.Sprintf("The field %s would hold one and the same value for everybody; it would change for %s.", name, people(l.open)))
	case what == wasEmptied:
		text = plus(
			fmt.Sprintf("Le champ %s serait vidé pour %s.", name, personnes(l.open)),
			fmt.Sprintf("The field %s would be emptied for %s.", name, people(l.open)))
	case what == wasFilled:
		text = plus(
			fmt.Sprintf("Une date de fin apparaît d'un coup dans %s pour %s.", name, personnes(l.open)),
			fmt.Sprintf("An end date appears all at once in %s for %s.", name, people(l.open)))
	default:
		text = plus(
			fmt.Sprintf("Le champ %s changerait pour %s.", name, personnes(l.open)),
			fmt.Sprintf("The field %s would change for %s.", name, people(l.open)))
	}
	if edited {
		text = plus("Vous avez modifié la façon dont ce champ est calculé.", "You changed the mapping: how this field is computed.").and(text)
	}
	if l.done > 0 {
		text = text.and(plus(
			fmt.Sprintf("C'est arrivé à %s ces %d derniers jours.", personnes(l.done), limitDays),
			fmt.Sprintf("So it did for %s in the last %d days.", people(l.done), limitDays)))
	}
	if !same {
		text = text.and(sayLimit(l, "être concernées", "be concerned"))
	}
	if fact {
		return text.and(plus(
			"Tant que personne n'a donné son accord, ces dates n'annoncent aucun départ.",
			"Until somebody agrees, these dates announce no departure."))
	}
	return text
}

func doCells(edited, fact bool) Text {
	switch {
	case fact:
		return plus(
			"Regardez quelques fiches dans la source. Si ces dates sont justes, donnez votre accord ; sinon corrigez-les.",
			"Look at some of the records at the source. If these dates are right, agree to it; else correct them.")
	case edited:
		return plus(
			"Ce champ seul attend, le reste est envoyé. Regardez ce que donne la modification pour quelques personnes ; si c'est voulu, donnez votre accord une fois.",
			"This field alone waits, the rest is sent. Look at what the change makes of some people; if it is meant, agree to it once.")
	}
	return plus(
		"Ce champ seul attend, le reste est envoyé. Si c'est juste, donnez votre accord ; sinon corrigez la source : ce qui redevient comme avant disparaît de cette liste.",
		"This field alone waits, the rest is sent. If it is right, agree to it; else correct the source: what is again as before is gone from this list.")
}

func sayHeld(l limited, waits int64) Text {
	return plus(
		fmt.Sprintf("%s depuis peu, faute de fiche transmissible ; plus de %d sur %d, c'est plutôt la source ou le paramétrage qui a changé. %s aussi ; les départs continuent.",
			accord(l.open, "est retenue", "sont retenues"), l.limit, l.of, accord(waits, "attend", "attendent")),
		fmt.Sprintf("%s are newly held back because their records can't be sent; more than %d of %d is rather the source or the mapping that has changed. %s wait with them; departures go on.",
			people(l.open), l.limit, l.of, people(waits)))
}

var doHeld = plus(
	"Regardez pourquoi elles sont retenues. Corrigez la cause, ou donnez votre accord pour que les autres soient envoyées sans elles.",
	"Look why they are held back. Correct the cause, or agree that the others be sent without them.")

func sayIdentity(l limited) Text {
	text := plus(
		fmt.Sprintf("%s sous un identifiant qui était celui de quelqu'un d'autre : le nom et la date de naissance ont changé en même temps.", accord(l.open, "apparaît", "apparaissent")),
		fmt.Sprintf("%s appear under an id that was somebody else's: name and date of birth changed at once.", people(l.open)))
	if !l.exceeded() {
		return text
	}
	return text.and(plus(
		fmt.Sprintf("Au-delà de %d personnes sur les %d qui sont liées, c'est la source qui a redistribué ses identifiants : rien du tout n'est envoyé.", l.limit, l.of),
		fmt.Sprintf("Above %d of the %d who are linked, the source has given its ids anew: nothing at all is sent.", l.limit, l.of)))
}

var doIdentity = plus(
	"Comparez chaque fiche de la source avec le compte de la cible. Si c'est bien la même personne, corrigée, donnez votre accord ; sinon corrigez la source : sans cela, le compte de l'un recevrait les données de l'autre.",
	"Compare each record of the source with the account at the target. If it is the same person, corrected, agree to it; else correct the source: otherwise one person's account would get the other's data.")
