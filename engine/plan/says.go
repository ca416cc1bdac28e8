package plan

import (
	"fmt"
	"strconv"

	"passerelle/engine/diag"
)

// What blocks say. It is read by an HR administrator who has to answer, so it
// names no code and no endpoint, and says how many, against what, and why that
// is asked.

// voice is how a mapping's records are spoken of. A fiche is as feminine as a
// personne, so that what is said of either agrees.
type voice struct{ records bool }

func (p *planner) voice() voice { return voice{records: !p.Mapping.People} }

// people is a number of people, or of records; personnes is the same in French.
func (v voice) people(n int64) string {
	return counted(n, n == 1, v.or("person", "record"), v.or("people", "records"))
}

func (v voice) personnes(n int64) string {
	return counted(n, oneInFrench(n), v.or("personne", "fiche"), v.or("personnes", "fiches"))
}

// they are a number of people and what they do; accord is the same in French.
func (v voice) they(n int64, one, many string) string {
	if n == 1 {
		many = one
	}
	return v.people(n) + " " + many
}

func (v voice) accord(n int64, one, many string) string {
	if oneInFrench(n) {
		many = one
	}
	return v.personnes(n) + " " + many
}

// or is the first text of people, the second one of records.
func (v voice) or(people, records string) string {
	if v.records {
		return records
	}
	return people
}

// counted is a number and the word that agrees with it.
func counted(n int64, one bool, singular, plural string) string {
	if one {
		plural = singular
	}
	return strconv.FormatInt(n, 10) + " " + plural
}

// oneInFrench: none is singular, too.
func oneInFrench(n int64) bool { return n < 2 }

// plus is a sentence in both languages, each with its own arguments.
func plus(fr, en string) Text { return Text{FR: diag.French(fr), EN: en} }

func (t Text) and(more Text) Text { return Text{FR: t.FR + " " + more.FR, EN: t.EN + " " + more.EN} }

func (v voice) sayShrunken(received, high, may int64) Text {
	return plus(
		fmt.Sprintf("La source n'a donné que %s, contre %s au plus fort des %d derniers jours : il en manque %d, et plus de %d en moins ressemble à un filtre ou à un droit perdu plutôt qu'à %s.",
			v.personnes(received), v.personnes(high), readDays, high-received, may, v.or("des départs", "des suppressions")),
		fmt.Sprintf("The source gave %s only, and up to %s in the last %d days: %d are missing, and more than %d fewer looks like a filter or a right that was lost rather than like %s.",
			v.people(received), v.people(high), readDays, high-received, may, v.or("people who left", "records that ended")))
}

func (v voice) sayDepartures(part string, l limited) Text {
	var text Text
	switch part {
	case PartGone:
		text = plus(
			fmt.Sprintf("La source ne donne plus %s, sans dire %s.", v.personnes(l.open), v.or("qu'il s'agit de départs ; leur accès serait coupé", "que c'est voulu ; la cible ne les garderait pas")),
			fmt.Sprintf("The source no longer gives %s, and does not say that %s.", v.people(l.open), v.or("they left; they would be switched off at the target", "they ended; the target would not keep them")))
	case PartScope:
		text = plus(
			fmt.Sprintf("%s du périmètre parce que le filtre a été modifié ou vient d'être appliqué, alors que rien ne dit %s.",
				v.accord(l.open, "sortirait", "sortiraient"), v.or("un départ ; leur accès serait coupé", "que c'est fini ; la cible ne les garderait pas")),
			fmt.Sprintf("%s would fall out of scope because the filter was edited or is applied for the first time, and nothing says that %s.",
				v.people(l.open), v.or("they left; they would be switched off at the target", "they ended; the target would not keep them")))
	default:
		text = plus(
			fmt.Sprintf("%s la cible d'un coup, sans que rien ne l'ait annoncé.", v.accord(l.open, "quitterait", "quitteraient")),
			fmt.Sprintf("%s would leave the target at once, and nothing had announced it.", v.people(l.open)))
	}
	if l.done > 0 {
		text = text.and(plus(
			fmt.Sprintf("%s de la même façon ces %d derniers jours.", v.accord(l.done, "est déjà partie", "sont déjà parties"), limitDays),
			fmt.Sprintf("%s left in the same way in the last %d days.", v.people(l.done), limitDays)))
	}
	return text.and(v.sayLimit(l, "peut partir", "peuvent partir", "leave"))
}

// sayLimit says what may happen without being asked.
func (v voice) sayLimit(l limited, one, many, en string) Text {
	if l.limit+l.expected == 0 {
		return plus("Cela ne se fait jamais sans l'accord de quelqu'un.", "That never happens without somebody's word.")
	}
	if oneInFrench(l.limit) {
		many = one
	}
	text := plus(
		fmt.Sprintf("Sans l'accord de quelqu'un, pas plus de %s sur %s ne %s en %d jours", v.personnes(l.limit), counted(l.of, oneInFrench(l.of), "déjà liée", "déjà liées"), many, limitDays),
		fmt.Sprintf("Without somebody's word, at most %d of the %d %s linked may %s within %d days", l.limit, l.of, v.linked(l.of), en, limitDays))
	if l.expected > 0 {
		text.FR += ", plus " + counted(l.expected, oneInFrench(l.expected), "annoncée", "annoncées")
		text.EN += fmt.Sprintf(", and %d more that were announced", l.expected)
	}
	return Text{FR: text.FR + ".", EN: text.EN + "."}
}

// linked is who the links are of, and their verb.
func (v voice) linked(n int64) string {
	if n == 1 {
		return v.or("who is", "that is")
	}
	return v.or("who are", "that are")
}

func (v voice) doDepartures(part string) Text {
	switch part {
	case PartGone:
		return plus(
			v.or("Vérifiez d'abord que la source donne bien tout le monde. Si ces personnes sont parties, donnez votre accord ; celle qui réapparaît",
				"Vérifiez d'abord que la source donne bien tout. Si ces fiches n'ont plus lieu d'être, donnez votre accord ; celle qui réapparaît")+
				" sort de cette liste à la prochaine exécution.",
			v.or("Check first that the source gives everybody. If they have left, agree to it; whoever appears again",
				"Check first that the source gives everything. If these records are over, agree to it; what appears again")+
				" is gone from this list at the next run.")
	case PartScope:
		return plus(
			"Si le nouveau filtre est voulu, donnez votre accord. Sinon, remettez l'ancien : rien n'a été fait pour ces "+v.or("personnes", "fiches")+".",
			"If the new filter is meant, agree to it. Otherwise put the old one back: nothing was done to these "+v.or("people", "records")+".")
	}
	return plus(
		"Si c'est juste, donnez votre accord ; sinon corrigez la fiche dans la source : "+v.or("une personne", "une fiche")+" qui ne part plus sort de cette liste à la prochaine exécution.",
		"If it is right, agree to it; else correct the record at the source: "+v.or("whoever", "what")+" is no longer leaving is gone from this list at the next run.")
}

func (v voice) sayCreates(l limited, first bool) Text {
	if first {
		return plus(
			fmt.Sprintf("C'est la première fois, et %s. La cible n'est pas vide, ou ne peut pas montrer qu'elle l'est, et l'on ne peut pas y retrouver %s.",
				v.accord(l.open, "serait créée", "seraient créées"), v.or("qui s'y trouve déjà : quelqu'un pourrait y être en double", "ce qui s'y trouve déjà : une fiche pourrait y être en double")),
			fmt.Sprintf("This is the first time, and %s would be created. The target is not empty, or can't show that it is, and %s.",
				v.people(l.open), v.or("nobody who is already there can be found: people might be there twice", "nothing that is already there can be found: records might be there twice")))
	}
	text := plus(
		fmt.Sprintf("%s.", v.accord(l.open, "serait créée d'un coup, sans avoir été attendue", "seraient créées d'un coup, sans avoir été attendues")),
		fmt.Sprintf("%s would be created at once, and nobody was waiting for them.", v.people(l.open)))
	if l.done > 0 {
		text = text.and(plus(
			fmt.Sprintf("%s ces %d derniers jours.", v.accord(l.done, "l'a déjà été", "l'ont déjà été"), limitDays),
			fmt.Sprintf("%s created in the last %d days.", v.they(l.done, "was", "were"), limitDays)))
	}
	return text.and(v.sayLimit(l, "peut être créée", "peuvent être créées", "be created"))
}

func (v voice) doCreates(first bool) Text {
	if first {
		return plus(
			"Regardez dans la cible si ces "+v.or("personnes", "fiches")+" n'y sont pas déjà. Si elles n'y sont pas, donnez votre accord.",
			"Look at the target whether these "+v.or("people", "records")+" are there already. If they are not, agree to it.")
	}
	return plus(
		"Si ces "+v.or("personnes arrivent", "fiches sont")+" vraiment"+v.or("", " nouvelles")+", donnez votre accord ; sinon regardez le filtre de la source, ou si leurs identifiants y ont changé.",
		"If these "+v.or("people really arrive", "records are really new")+", agree to it; else look at the filter of the source, and whether its ids have changed.")
}

func (v voice) sayCells(field string, what kind, l limited, same, edited, fact bool) Text {
	nom, name := "« "+field+" »", strconv.Quote(field)
	var text Text
	switch {
	case same:
		text = plus(
			fmt.Sprintf("Le champ %s prendrait la même valeur pour %s ; elle changerait pour %s.", nom, v.or("tout le monde", "toutes les fiches"), v.personnes(l.open)),
			fmt.Sprintf("The field %s would hold one and the same value for %s; it would change for %s.", name, v.or("everybody", "every record"), v.people(l.open)))
	case what == wasEmptied:
		text = plus(
			fmt.Sprintf("Le champ %s serait vidé pour %s.", nom, v.personnes(l.open)),
			fmt.Sprintf("The field %s would be emptied for %s.", name, v.people(l.open)))
	case what == wasFilled:
		text = plus(
			fmt.Sprintf("Une date de fin apparaît d'un coup dans %s pour %s.", nom, v.personnes(l.open)),
			fmt.Sprintf("An end date appears all at once in %s for %s.", name, v.people(l.open)))
	default:
		text = plus(
			fmt.Sprintf("Le champ %s changerait pour %s.", nom, v.personnes(l.open)),
			fmt.Sprintf("The field %s would change for %s.", name, v.people(l.open)))
	}
	if edited {
		text = plus("Vous avez modifié la façon dont ce champ est calculé.", "You changed the mapping: how this field is computed.").and(text)
	}
	if l.done > 0 {
		text = text.and(plus(
			fmt.Sprintf("C'est arrivé à %s ces %d derniers jours.", v.personnes(l.done), limitDays),
			fmt.Sprintf("So it did for %s in the last %d days.", v.people(l.done), limitDays)))
	}
	if !same {
		text = text.and(v.sayLimit(l, "peut être concernée", "peuvent être concernées", "be concerned"))
	}
	if fact {
		return text.and(plus(
			"Tant que personne n'a donné son accord, ces dates n'annoncent aucun départ.",
			"Until somebody agrees, these dates announce no departure."))
	}
	return text
}

func (v voice) doCells(edited, fact bool) Text {
	switch {
	case fact:
		return plus(
			"Regardez quelques fiches dans la source. Si ces dates sont justes, donnez votre accord ; sinon corrigez-les.",
			"Look at some of the records at the source. If these dates are right, agree to it; else correct them.")
	case edited:
		return plus(
			"Ce champ seul attend, le reste est envoyé. Regardez ce que donne la modification pour quelques "+v.or("personnes", "fiches")+" ; si c'est voulu, donnez votre accord une fois.",
			"This field alone waits, the rest is sent. Look at what the change makes of some "+v.or("people", "records")+"; if it is meant, agree to it once.")
	}
	return plus(
		"Ce champ seul attend, le reste est envoyé. Si c'est juste, donnez votre accord ; sinon corrigez la source : ce qui redevient comme avant disparaît de cette liste.",
		"This field alone waits, the rest is sent. If it is right, agree to it; else correct the source: what is again as before is gone from this list.")
}

func (v voice) sayHeld(l limited, waits int64) Text {
	return plus(
		fmt.Sprintf("%s depuis peu, faute de "+v.or("fiche transmissible", "données transmissibles")+" ; plus de %d sur %d, c'est plutôt la source ou le paramétrage qui a changé. %s aussi ; les départs continuent.",
			v.accord(l.open, "est retenue", "sont retenues"), l.limit, l.of, v.accord(waits, "attend", "attendent")),
		fmt.Sprintf("%s newly held back because "+v.or("their records", "they")+" can't be sent; more than %d of %d is rather the source or the mapping that has changed. %s with them; departures go on.",
			v.they(l.open, "is", "are"), l.limit, l.of, v.they(waits, "waits", "wait")))
}

var doHeld = plus(
	"Regardez pourquoi elles sont retenues. Corrigez la cause, ou donnez votre accord pour que les autres soient envoyées sans elles.",
	"Look why they are held back. Correct the cause, or agree that the others be sent without them.")

func (v voice) sayIdentity(l limited) Text {
	text := plus(
		fmt.Sprintf("%s sous un identifiant qui était celui de quelqu'un d'autre : le nom et la date de naissance ont changé en même temps.", v.accord(l.open, "apparaît", "apparaissent")),
		fmt.Sprintf("%s under an id that was somebody else's: name and date of birth changed at once.", v.they(l.open, "appears", "appear")))
	if !l.exceeded() {
		return text
	}
	return text.and(plus(
		fmt.Sprintf("Au-delà de %s sur %s, c'est la source qui a redistribué ses identifiants : rien du tout n'est envoyé.", v.personnes(l.limit), counted(l.of, oneInFrench(l.of), "qui est liée", "qui sont liées")),
		fmt.Sprintf("Above %d of the %d %s linked, the source has given its ids anew: nothing at all is sent.", l.limit, l.of, v.linked(l.of))))
}

var doIdentity = plus(
	"Comparez chaque fiche de la source avec le compte de la cible. Si c'est bien la même personne, corrigée, donnez votre accord ; sinon corrigez la source : sans cela, le compte de l'un recevrait les données de l'autre.",
	"Compare each record of the source with the account at the target. If it is the same person, corrected, agree to it; else correct the source: otherwise one person's account would get the other's data.")
